// The documents of a collection: files sent one after the other with their progress, the forms that change something
// sent in place, and the view drawn anew when the page has taken up the new index.
window.alpieUpload = (() => {
  const EVERY = 1500;         // milliseconds
  const LONGEST = 120000;     // waiting for the page to take up the new index

  const wait = () => new Promise(done => setTimeout(done, EVERY));
  const state = section => section.querySelector(".upload-state");
  const made = root => root.querySelector("[data-made]")?.dataset.made ?? "";  // when the index was
  const failed = () => window.alpie.say(window.alpie.translations.failed);
  const parsed = html => Object.assign(document.createElement("template"), { innerHTML: html }).content;

  function show(section, html) {
    const fresh = parsed(html).querySelector(".upload-state");
    if (fresh) state(section)?.replaceWith(fresh);
    if (fresh?.querySelector(".problem")) fresh.scrollIntoView({ block: "nearest" });
    return fresh?.dataset.busy === "true";
  }

  function redraw(section, content) {
    section.replaceChildren(content);
    window.alpie.welcome();
    attach(section, false);
  }

  // Until nothing is indexed any more, and then until the page answers from what came of it.
  const following = new WeakSet();
  async function follow(section, before = made(section)) {
    if (following.has(section)) return;
    following.add(section);
    try {
      while (section.isConnected && state(section)?.dataset.busy === "true") {
        await wait();
        show(section, await window.alpie.fragment("upload-state"));
      }
      for (const until = Date.now() + LONGEST; Date.now() < until && section.isConnected;) {
        const fresh = parsed(await window.alpie.fragment("documents"));
        const last = Date.now() + EVERY >= until || state(section)?.querySelector(".problem");
        if (made(fresh) !== before || last) { redraw(section, fresh); return; }
        await wait();
      }
    } catch { failed(); } finally { following.delete(section); }
  }

  // By XMLHttpRequest, for fetch does not tell how far it is.
  function send(base, file, item, list) {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    const tell = share => { item.textContent = `${file.name}: ${list.dataset.sending} ${Math.round(100 * share)} %`; };
    return new Promise(done => {
      request.upload.onprogress = event => { if (event.lengthComputable) tell(event.loaded / event.total); };
      request.onload = () => done(request);
      request.onerror = request.onabort = () => done(null);
      request.open("POST", `${base}/al/upload?lang=${window.alpieSettings.lang}`);
      tell(0);
      request.send(body);
    });
  }

  async function sendAll(section, form, files) {
    const list = form.querySelector(".upload-files");
    list.replaceChildren();
    let base = window.alpieSettings.root, home = "";
    const own = form.dataset.collection;  // these documents stay as they are: the files go to a collection of their own
    if (own) {
      const made = await create(section, own);
      if (!made) return;
      base = made.address.replace(/\/$/, "");
      home = made.home;
    }
    const items = files.map(file => list.appendChild(Object.assign(document.createElement("li"), { textContent: file.name })));
    let problems = 0;
    for (const [index, file] of files.entries()) {
      const answer = await send(base, file, items[index], list);
      const problem = answer ? parsed(answer.responseText).querySelector(".problem")?.textContent : list.dataset.failed;
      if (answer?.status === 200) items[index].remove();
      else { problems += 1; items[index].className = "problem"; items[index].textContent = problem || list.dataset.failed; }
      if (answer?.status === 200 && !own) show(section, answer.responseText);
    }
    if (own && problems < files.length) {
      if (!problems) { location.href = `${home}#documentos`; return; }
      const link = Object.assign(document.createElement("a"), { href: `${home}#documentos`, textContent: list.dataset.open });
      list.appendChild(document.createElement("li")).append(link);
      return;
    }
    form.querySelector("input[type=file]").value = "";
    follow(section);
  }

  async function create(section, name) {
    for (let number = 1; number < 50; number++) {
      const answer = await post("collections/create", new URLSearchParams({ name: number > 1 ? `${name} ${number}` : name }));
      if (answer.ok) return answer.json();
      if (number === 49) show(section, await answer.text());
    }
    return null;
  }

  const post = (action, body) =>
    fetch(`${window.alpieSettings.root}/al/${action}?lang=${window.alpieSettings.lang}`, { method: "POST", body });

  // Also where one is already: the collection has another name now.
  function visit(address) {
    const here = location.pathname === new URL(address, location.href).pathname;
    location.href = address;
    if (here) location.reload();
  }

  async function submit(section, form) {
    const button = form.querySelector("button"), before = made(section);
    button.disabled = true;
    try {
      const answer = await post(form.getAttribute("action"), new URLSearchParams(new FormData(form)));
      if (answer.headers.get("content-type")?.includes("json")) { visit(`${(await answer.json()).home}#documentos`); return; }
      const busy = show(section, await answer.text());
      if (answer.ok) redraw(section, parsed(await window.alpie.fragment("documents")));
      if (busy) follow(section, before);
    } catch { failed(); } finally { button.disabled = false; }
  }

  function attach(section, following = true) {
    const drop = section.querySelector("#upload-form");
    if (drop) {
      const chosen = drop.querySelector("input[type=file]");
      const take = files => { if (files.length) sendAll(section, drop, [...files]).catch(failed); };
      chosen.addEventListener("change", () => take(chosen.files));
      drop.addEventListener("submit", event => event.preventDefault());
      drop.addEventListener("dragover", event => { event.preventDefault(); drop.classList.add("over"); });
      drop.addEventListener("dragleave", () => drop.classList.remove("over"));
      drop.addEventListener("drop", event => { event.preventDefault(); drop.classList.remove("over"); take(event.dataTransfer.files); });
    }
    if (!section.dataset.listening) {
      section.dataset.listening = "yes";
      section.addEventListener("submit", event => {
        if (!event.target.matches("form.change-form")) return;
        event.preventDefault();
        submit(section, event.target);
      });
    }
    if (following && state(section)?.dataset.busy === "true") follow(section);
  }
  return { attach };
})();
