// References of quotations: shown and copied as the server sets them, in the style last chosen.
window.alpieReferences = (() => {
  const KEY = "alpie.style";
  let style = "apa";
  const printed = new CSSStyleSheet();  // of the references on paper, those in the chosen style

  const query = place => `references/${style}${place}`;

  // What is copied: plain text for an editor of plain text, the same elements for one of rich text.
  function copies(elements) {
    const plain = elements.map(one => (one.tagName === "BLOCKQUOTE" ? "    " : "") + one.textContent).join("\n\n");
    return { plain, rich: elements.map(one => one.outerHTML).join("") };
  }

  async function fetched(place) {
    const made = document.createElement("template");
    made.innerHTML = await window.alpie.fragment(query(place));
    const copied = made.content.querySelector(".copyable");
    if (!copied) throw new Error("nothing to copy");
    return copies([...copied.children]);
  }

  // A promise goes into the clipboard at once, while the press of the button still counts.
  async function put(made) {
    const blob = (kind, type) => made.then(all => new Blob([all[kind]], { type }));
    try {
      await navigator.clipboard.write([new ClipboardItem({
        "text/plain": blob("plain", "text/plain"), "text/html": blob("rich", "text/html") })]);
      window.alpie.say(window.alpie.translations.copied);
    } catch {
      const all = await made.catch(() => null);
      window.alpie.say(all && putOldWay(all) ? window.alpie.translations.copied : window.alpie.translations.copy_failed);
    }
  }

  // Pages served over plain http from another machine have no clipboard interface.
  function putOldWay({ plain, rich }) {
    const fill = event => {
      event.clipboardData.setData("text/plain", plain);
      event.clipboardData.setData("text/html", rich);
      event.preventDefault();
    };
    document.addEventListener("copy", fill, { once: true });
    const done = document.execCommand("copy");
    document.removeEventListener("copy", fill);
    return done;
  }

  const copy = place => put(fetched(place));
  const copyEntry = shown => put(Promise.resolve(copies([...shown.querySelectorAll(":scope > .entry")])));

  async function load(details) {
    const place = window.alpieBasket.placeOf(details.closest(".quote-unit, .panel-source"));
    if (!place || details.querySelector(".references")?.dataset.style === style) return;
    const shown = await window.alpie.fragment(query(place)).catch(() => "");
    const focused = details.contains(document.activeElement) && document.activeElement.dataset.style;
    details.querySelector(".references, .problem")?.remove();
    details.insertAdjacentHTML("beforeend", shown || `<p class="problem">${window.alpie.translations.failed}</p>`);
    mark();
    if (focused) details.querySelector(`.style[data-style="${focused}"]`)?.focus();
  }

  function mark() {
    printed.replaceSync(`.printed .set-in:not(.${style}) { display: none }`);
    for (const button of document.querySelectorAll("button.style")) {
      button.setAttribute("aria-pressed", String(button.dataset.style === style));
    }
  }

  function choose(chosen) {
    style = chosen;
    try { localStorage.setItem(KEY, style); } catch { /* private window */ }
    mark();
    document.querySelectorAll("details.reference[open]").forEach(load);
  }

  function start() {
    try { style = localStorage.getItem(KEY) || style; } catch { /* private window */ }
    if (![...document.querySelectorAll(".basket button.style")].some(one => one.dataset.style === style)) style = "apa";
    mark();
    document.adoptedStyleSheets.push(printed);
    document.addEventListener("toggle", event => {
      if (event.target.matches?.("details.reference[open]")) load(event.target);
    }, true);
  }
  return { start, choose, copy, copyEntry };
})();
