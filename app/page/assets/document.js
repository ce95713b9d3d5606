// Inside the open document: its contents, and finding words in it, accents and capitals aside. The words found are
// painted by the browser (CSS custom highlights), so that the text of the document stays as it is.
window.alpieDocument = (() => {
  const MOST = 2000;  // places painted and counted
  let found = [], at = -1;

  const content = () => document.querySelector("#panel .panel-content");
  const paint = (name, ranges) => {
    if (window.Highlight) CSS.highlights.set(name, new Highlight(...ranges));
  };
  const folded = text => [...text].map(sign => {
    const base = sign.normalize("NFD")[0].toLowerCase();
    return base.length === sign.length ? base : sign;
  }).join("");

  // What stands in `box` as one text, white space collapsed, and where each character of it is.
  function readable(box) {
    let text = "";
    const places = [];
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    for (let block = null, node; (node = walker.nextNode());) {
      const own = node.parentElement.closest("p, li, h3, h4, h5, pre");
      if (!own || own.classList.contains("page-mark")) continue;
      if (own !== block && text) { text += "\n"; places.push(null); }
      block = own;
      for (let offset = 0; offset < node.data.length; offset++) {
        const sign = /\s/.test(node.data[offset]) ? " " : node.data[offset];
        if (sign === " " && /\s$/.test(text)) continue;
        text += sign;
        places.push([node, offset]);
      }
    }
    return { text: folded(text), places };
  }

  function search(form) {
    const wanted = folded(form.querySelector("input").value.trim().replace(/\s+/g, " "));
    found = [];
    at = -1;
    if (wanted) {
      const { text, places } = readable(content().querySelector(".document"));
      for (let here = text.indexOf(wanted); here >= 0 && found.length < MOST; here = text.indexOf(wanted, here + wanted.length)) {
        const range = new Range();
        range.setStart(...places[here]);
        const [node, offset] = places[here + wanted.length - 1];
        range.setEnd(node, offset + 1);
        found.push(range);
      }
    }
    form.dataset.wanted = wanted;
    paint("found", found);
    paint("found-now", []);
  }

  function step(form, by) {
    const { translations } = window.alpie;
    const wanted = folded(form.querySelector("input").value.trim().replace(/\s+/g, " "));
    if (wanted !== form.dataset.wanted) search(form);
    const output = form.querySelector("output");
    if (!found.length) { output.textContent = wanted ? translations.found_none : ""; return; }
    // from where the visitor is, not from the top
    if (at < 0) {
      const top = content().getBoundingClientRect().top + content().querySelector(".panel-head").offsetHeight;
      const next = found.findIndex(range => range.getBoundingClientRect().bottom > top);
      at = next < 0 ? 0 : by > 0 ? next : (next - 1 + found.length) % found.length;
    } else at = (at + by + found.length) % found.length;
    paint("found-now", [found[at]]);
    window.alpiePanel.scrollTo(found[at].getBoundingClientRect());
    output.textContent = translations.found.replace("{at}", at + 1).replace("{all}", found.length);
  }

  // A document has just been put into the panel.
  function attach(box) {
    found = [];
    paint("found", []);
    paint("found-now", []);
    const contents = box.querySelector("details.contents"), headings = box.querySelectorAll(".document :is(h3, h4, h5)");
    if (!contents) return;
    contents.hidden = !headings.length;
    contents.querySelector("ol").replaceChildren(...[...headings].map(heading => {
      const line = document.createElement("li"), button = document.createElement("button");
      Object.assign(button, { className: "act", textContent: heading.textContent });
      line.className = `level-${heading.tagName[1] - 2}`;
      button.addEventListener("click", () => {
        contents.open = false;
        window.alpiePanel.scrollTo(heading.getBoundingClientRect());
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
      });
      line.append(button);
      return line;
    }));
  }

  document.addEventListener("submit", event => {
    if (!event.target.matches?.("#panel form.find")) return;
    event.preventDefault();
    step(event.target, 1);
  });
  document.addEventListener("click", event => {
    const previous = event.target.closest?.(".find-previous");
    if (previous) step(previous.form, -1);
  });
  document.addEventListener("keydown", event => {
    const form = event.target.closest?.("form.find");
    if (form && event.key === "Enter" && event.shiftKey) { event.preventDefault(); step(form, -1); }
  });
  return { attach };
})();
