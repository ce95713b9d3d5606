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
        form.addEventListener("submit", event => {
          event.preventDefault();
          if (form.id === "check-form") checked(form, results);
          else look(addressOf(form));
        });
        form.elements.sort?.addEventListener("change", () => form.requestSubmit());
        const moved = ![focused, document.body].includes(document.activeElement);  // by the visitor, meanwhile
        if (!moved) form.querySelector("input, textarea")?.focus();
      }
    } catch {
      section.innerHTML = '<p class="problem"></p>';
      section.firstChild.textContent = window.alpie.translations.failed;
      section.dataset.load = name;
    }
  }

  const latest = new WeakMap();  // by element, the request for its content made last
  async function fill(results, path, options = {}) {
    const own = {};
    latest.set(results, own);
    results.setAttribute("aria-busy", "true");
    const html = await window.alpie.fragment(path, options).catch(() => null);
    if (own !== latest.get(results)) return;
    if (html === null) results.textContent = window.alpie.translations.failed;
    else results.innerHTML = html;
    results.removeAttribute("aria-busy");
  }

  const checked = (form, results) => fill(results, "check", {
    method: "POST", body: form.elements.text.value, headers: { "content-type": "text/plain" } });

  // A search is in the address of the page, with the names of the fields of its form.
  let looked = "";  // the one whose results are shown
  function addressOf(form) {
    const usual = { sort: form.elements.sort.options[0].value };
    const given = [...new FormData(form)].filter(([name, value]) => value.trim() && value !== usual[name]);
    return `?${new URLSearchParams(given)}#buscar`;
  }

  async function look(address, isStep = true) {
    const form = document.getElementById("search-form");
    const query = new URL(address, location.href).searchParams;
    // the first one takes the place of the empty form in the history, the next ones are steps
    const step = isStep && new URLSearchParams(location.search).has("text") && address !== looked;
    history[step ? "pushState" : "replaceState"](null, "", location.pathname + address);
    looked = address;
    for (const field of form.elements) {
      if (field.name) field.value = query.get(field.name) ?? (field.options?.[0].value ?? "");
    }
    await fill(form.nextElementSibling, `search?${query}`);
  }

  // The view is shown: with the search of the address, or where the address has none with the last one made.
  async function search() {
    const section = document.getElementById("view-search");
    const wanted = new URLSearchParams(location.search).has("text") ? location.search + "#buscar" : "";
    await (section.dataset.load ? load(section) : loading.get(section));
    if (!document.getElementById("search-form")) return;
    if (wanted && wanted !== looked) look(wanted, false);
    else if (!wanted && looked) history.replaceState(history.state, "", location.pathname + looked);
  }
  return { load, check, search, look };
})();
