// Look up, check, documents, evaluation, help: fetched when first shown, forms answered in place.
window.alpieViews = (() => {
  const PATHS = { search: "search-form", check: "check-form", documents: "documents", evaluation: "evaluation", help: "help" };

  const loading = new WeakMap();  // by section, until it is there
  function load(section) {
    const done = fetched(section);
    loading.set(section, done);
    return done;
  }

  // A text brought along from another view.
  async function check(text) {
    const section = document.getElementById("view-check");
    await loading.get(section);
    const form = section.querySelector("#check-form");
    if (!form) return;
    form.querySelector("textarea").value = text;
    form.requestSubmit();
  }

  async function fetched(section) {
    const name = section.dataset.load;
    delete section.dataset.load;
    const focused = document.activeElement;
    try {
      section.innerHTML = await window.alpie.fragment(PATHS[name], {}, text => { section.firstChild.textContent = text; });
      const form = section.querySelector("form");
      if (name === "documents") window.alpieUpload.attach(section);
      else if (form) {
        const results = document.createElement("div");
        results.className = "answers";
        section.append(results);
        form.addEventListener("submit", event => { event.preventDefault(); submit(form, results); });
        const moved = ![focused, document.body].includes(document.activeElement);  // by the reader, meanwhile
        if (!moved) form.querySelector("input, textarea")?.focus();
      }
    } catch {
      section.innerHTML = '<p class="problem"></p>';
      section.firstChild.textContent = window.alpie.words.failed;
      section.dataset.load = name;
    }
  }

  const latest = new WeakMap();  // by form, the request made last
  async function submit(form, results) {
    const own = {};
    latest.set(form, own);
    const fields = new FormData(form);
    results.setAttribute("aria-busy", "true");
    try {
      const html = form.id === "check-form"
        ? await window.alpie.fragment("check", { method: "POST", body: fields.get("text"), headers: { "content-type": "text/plain" } })
        : await window.alpie.fragment(`search?${new URLSearchParams(fields)}`);
      if (own === latest.get(form)) results.innerHTML = html;
    } catch {
      if (own === latest.get(form)) results.textContent = window.alpie.words.failed;
    } finally {
      if (own === latest.get(form)) results.removeAttribute("aria-busy");
    }
  }
  return { load, check };
})();
