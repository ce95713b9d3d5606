// Handing in a document: sent in place, then asked about until it has been indexed and can be searched.
window.alpieUpload = (() => {
  const EVERY = 1500;         // milliseconds
  const LONGEST = 120000;     // waiting for the page to take up the new index

  const wait = () => new Promise(done => setTimeout(done, EVERY));
  const state = section => section.querySelector(".upload-state");
  const fingerprint = section => section.querySelector(".fingerprint")?.textContent ?? "";

  function show(section, html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    const fresh = made.content.querySelector(".upload-state");
    if (fresh) state(section)?.replaceWith(fresh);
    return fresh?.dataset.busy === "true";
  }

  async function follow(section) {
    const before = fingerprint(section);
    while (section.isConnected && state(section)?.dataset.busy === "true") {
      await wait();
      show(section, await window.alpie.fragment("upload-state"));
    }
    for (const until = Date.now() + LONGEST; Date.now() < until && section.isConnected;) {
      const made = document.createElement("template");
      made.innerHTML = await window.alpie.fragment("documents");
      const now = made.content.querySelector(".fingerprint")?.textContent ?? "";
      if (now && now !== before) {
        section.replaceChildren(made.content);
        attach(section, section.querySelector("#upload-form"), false);
        return;
      }
      if (!state(section)?.textContent || section.querySelector(".upload-state .problem")) return;
      await wait();
    }
  }

  async function send(section, form) {
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const busy = show(section, await window.alpie.fragment("upload", { method: "POST", body: new FormData(form) }));
      if (busy) { form.reset(); follow(section).catch(() => window.alpie.say(window.alpie.words.failed)); }
    } catch {
      window.alpie.say(window.alpie.words.failed);
    } finally {
      button.disabled = false;
    }
  }

  function attach(section, form, following = true) {
    form.addEventListener("submit", event => { event.preventDefault(); send(section, form); });
    if (following && state(section)?.dataset.busy === "true") follow(section).catch(() => {});
  }
  return { attach };
})();
