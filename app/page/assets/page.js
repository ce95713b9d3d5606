// The page's own behaviour: views, theme, language, asking. Everything works on links and buttons that
// are already in the document, so that keyboard and screen reader get them as they are.
window.alpie = (() => {
  const translations = window.alpieTranslations;
  const viewAt = hash => window.alpieSettings.views[hash.replace("#", "")] || "ask";
  const narrow = window.matchMedia("(max-width: 820px)");
  const phone = () => narrow.matches;
  let toastTimer = 0;

  // Gradio states the language of the browser as that of the page, whenever it has loaded its own texts.
  function stateLanguage() {
    const root = document.documentElement;
    if (root.lang !== window.alpieSettings.lang) root.lang = window.alpieSettings.lang;
  }
  new MutationObserver(stateLanguage).observe(document.documentElement, { attributeFilter: ["lang"] });
  stateLanguage();

  // In the foot, in the place of the privacy note: there it covers nothing that can be pressed. A long
  // sentence makes the foot higher, and the desk as much lower.
  function say(text) {
    const toast = document.querySelector(".toast");
    toast.textContent = text;
    document.body.style.setProperty("--foot", `${toast.closest(".colophon").offsetHeight}px`);
    clearTimeout(toastTimer);
    if (text) toastTimer = setTimeout(say, 5000, "");  // time to read a sentence twice
    else document.body.style.removeProperty("--foot");
  }

  // Gradio says only "Error" when the server refuses a question; the question itself stays in its box.
  const plainFetch = window.fetch.bind(window);
  window.fetch = async (...request) => {
    if (String(request[0]?.url ?? request[0]).includes("/queue/join")) window.alpiePanel?.asked();
    const answer = await plainFetch(...request);
    if ((answer.status === 429 || answer.status === 503) && answer.url.includes("/queue/join")) {
      say(answer.status === 503 ? translations.busy : translations.too_many);
    }
    if (answer.status === 401) location.reload();  // the session is over: the log-in form comes up
    return answer;
  };

  // A fragment of HTML from this server; waits while the corpus is still being opened.
  async function fragment(path, options = {}, waiting = null) {
    const address = `${window.alpieSettings.root}/al/${path}${path.includes("?") ? "&" : "?"}lang=${window.alpieSettings.lang}`;
    for (let attempt = 0; attempt < 40; attempt++) {
      const answer = await fetch(address, options);
      if (answer.status === 503) {
        if (waiting) waiting(translations.opening);
        await new Promise(done => setTimeout(done, 1500));
        continue;
      }
      if (answer.status === 429) { say(translations.too_many); throw new Error("429"); }
      return await answer.text();
    }
    throw new Error("503");
  }

  function show(view, focus = false) {
    document.body.dataset.view = view;
    for (const link of document.querySelectorAll(".masthead nav a")) {
      if (link.dataset.view === view) {
        link.setAttribute("aria-current", "page");
        link.parentElement.scrollLeft = link.offsetLeft - link.parentElement.offsetLeft - 40;
      } else link.removeAttribute("aria-current");
    }
    for (const section of document.querySelectorAll(".view")) section.hidden = section.id !== `view-${view}`;
    const section = document.getElementById(`view-${view}`);
    if (view === "search") window.alpieViews.search();
    if (section?.dataset.load) window.alpieViews.load(section);
    if (focus && view !== "ask") section?.querySelector("h2")?.scrollIntoView({ block: "nearest" });
  }

  function go(hash) {
    show(viewAt(hash), true);
    closeBasket();
    window.alpiePanel.hide();
  }
  const closeBasket = () => window.alpieBasket.close();

  // `query`: that of a link, or of the page's own address, see `question_link`.
  function ask(query) {
    const question = query.get("q");
    if (!question?.trim()) return;
    show("ask");
    document.body.dataset.conversation = "yes";
    const documents = query.has("in") ? query.getAll("in") : window.alpieScope.chosen();
    window.alpieAsk({ question, documents, turns: query.getAll("t"), anew: query.has("anew"), each: query.has("each") });
    follow();
  }

  // While an answer is made, keep its question in sight at the top.
  function follow() {
    setTimeout(() => {
      const asked = [...document.querySelectorAll("#chat .asked")].pop();
      const box = asked?.closest(".panel-wrap");
      if (!box) return;
      if (box.scrollHeight <= box.clientHeight) asked.scrollIntoView();  // in a low window the page scrolls, not its parts
      else box.scrollTop += asked.getBoundingClientRect().top - box.getBoundingClientRect().top - 12;
    }, 60);
  }

  // Gradio labels a message with its whole markup, in English: of no use to who hears it.
  function relabel() {
    for (const message of document.querySelectorAll("#chat [data-testid=user], #chat [data-testid=bot]")) {
      message.removeAttribute("aria-label");
    }
    document.querySelector("#chat [role=log]")?.setAttribute("aria-label", translations.conversation);
  }

  // The first screen: Gradio's has no documents in it, for they were not open yet when it was made. What the first
  // response held stays, and is asked for anew until its questions have been tried.
  let first = null;
  function fill() {
    const place = document.querySelector("#chat .welcome");
    if (place && first && place.innerHTML !== first.innerHTML) place.innerHTML = first.innerHTML;
    document.body.toggleAttribute("data-evaluated", first?.hasAttribute("data-evaluated") ?? false);
  }
  async function welcome(attempt = 0) {
    const made = document.createElement("template");
    made.innerHTML = await fragment("welcome").catch(() => "");
    first = made.content.querySelector(".welcome") ?? first;
    fill();
    if (first?.hasAttribute("data-incomplete") && attempt < 40) setTimeout(welcome, 1500, attempt + 1);
  }

  // Gradio may still be drawing the box, or the conversation, anew: for a second, it is filled and named again.
  function type(text, focused, attempt = 0) {
    const box = document.querySelector("#question textarea");
    relabel();
    fill();
    if (box && !box.value && text) { box.value = text; box.dispatchEvent(new Event("input", { bubbles: true })); }
    if (focused && document.activeElement === document.body) box?.focus();
    if (attempt < 20 && !document.body.dataset.conversation) setTimeout(type, 50, text, focused, attempt + 1);
  }

  // What was typed before the page could answer is kept; what was sent is returned, to be asked when all is there.
  function takeOver() {
    const early = document.getElementById("first");
    if (!early) return "";
    const form = early.querySelector("form"), typed = form.elements.q.value;
    const focused = document.activeElement === form.elements.q;
    first = early.querySelector(".welcome");
    early.remove();
    fill();
    if (first.hasAttribute("data-incomplete")) welcome();
    const sent = form.dataset.asked ?? "";
    type(sent ? "" : typed, focused);
    return sent;
  }

  function answered() {
    document.body.dataset.conversation = "yes";
    relabel();
    follow();
    const units = [...document.querySelectorAll("#chat .message-row")].pop();
    const first = units?.querySelector(".reply > .answer .quote-unit:not(.nearest) a.note");  // none that is folded away
    if (!phone()) window.alpiePanel.offer(first);
  }

  // The conversation as the server takes it back, should it have forgotten it.
  function past(messages) {
    const texts = (messages ?? []).map(one => [one.role, Array.isArray(one.content)
      ? one.content.map(part => part.text ?? "").join("") : String(one.content ?? "")]);
    const rows = texts.filter(([, text]) => !text.includes('class="searching"')).slice(-20);
    if (rows.length) { document.body.dataset.conversation = "yes"; relabel(); }
    window.alpieConversations.keep(rows);
    return JSON.stringify({ rows, questions: window.alpieConversations.questions(rows) });
  }

  function cleared() {
    delete document.body.dataset.conversation;
    window.alpieConversations.leave();
    setTimeout(fill, 0);
    window.alpiePanel.reset();
    document.querySelector("#question textarea")?.focus();
  }

  function theme(dark) {
    document.body.classList.toggle("dark", dark);
    const button = document.querySelector(".tool.theme");
    if (button) {
      button.textContent = dark ? translations.light : translations.dark;
      button.setAttribute("aria-pressed", String(dark));
    }
  }

  function keepTheme(dark) {
    theme(dark);
    try { localStorage.setItem("alpie.theme", dark ? "dark" : "light"); } catch { /* private window */ }
  }

  // By script, so that what went wrong is said here and not saved as a file.
  async function download(link) {
    const answer = await fetch(link.href).catch(() => null);
    if (!answer?.ok) { say(translations.failed); return; }
    const vanished = Number(answer.headers.get("x-alpie-vanished"));
    if (vanished) say(`${translations.vanished} ${vanished}`);
    const saved = document.createElement("a");
    saved.href = URL.createObjectURL(await answer.blob());
    saved.download = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "al-pie";
    if (link.dataset.saved) saved.download = saved.download.replace("al-pie", link.dataset.saved);  // under the list's name
    saved.click();
    setTimeout(() => URL.revokeObjectURL(saved.href), 60000);
  }

  // Only where the operator keeps verdicts; the question goes to this server, which has it already.
  async function vote(button) {
    const verdict = ["useful", "useless", "wrong-quote"].find(name => button.classList.contains(name));
    const row = button.closest(".message-row");
    const question = row?.previousElementSibling?.querySelector(".asked")?.textContent ?? "";
    const link = button.closest(".quote-unit")?.querySelector("a.cite");
    const address = link ? new URL(link.href).searchParams.get("p") : "";
    const answer = await fetch(`${window.alpieSettings.root}/al/feedback`, { method: "POST", body: JSON.stringify({ verdict, question, address }) })
      .catch(() => null);
    say(answer?.ok ? translations.thanks : translations.failed);
    if (answer?.ok) button.disabled = true;
  }

  function onClick(event) {
    const target = event.target.closest?.("a, button");
    if (!target) return;
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
    const has = name => target.classList.contains(name);
    if (target.tagName === "A" && !plain) return;
    if (has("cite")) { event.preventDefault(); window.alpiePanel.open(target, true); }
    else if (has("ask")) { event.preventDefault(); ask(new URLSearchParams(target.search)); }
    else if (has("go")) {
      event.preventDefault();
      if (target.hash !== location.hash) history.pushState(null, "", location.pathname + target.hash);
      go(target.hash);
    }
    else if (has("language")) { event.preventDefault(); location.href = target.pathname + location.search + location.hash; }
    else if (has("check-pasted")) {
      event.preventDefault();
      history.pushState(null, "", location.pathname + target.hash);
      go(target.hash);
      window.alpieViews.check(target.closest(".pasted-offer").querySelector(".pasted").textContent);
    }
    else if (has("vote")) vote(target);
    else if (has("copy")) window.alpieReferences.copy(window.alpieBasket.placeOf(target.closest(".quote-unit, .panel-source")));
    else if (has("copy-entry")) window.alpieReferences.copyEntry(target.closest(".references"));
    else if (has("style")) window.alpieReferences.choose(target.dataset.style);
    else if (has("more")) { event.preventDefault(); window.alpieViews.look(target.getAttribute("href"), false); }
    else if (target.hasAttribute("download")) { event.preventDefault(); download(target); }
    else if (has("keep")) window.alpieBasket.keep(target.closest(".quote-unit, .panel-source"));
    else if (has("permalink")) {
      event.preventDefault();
      const home = window.alpieSettings.public ? `${window.alpieSettings.public}/` : location.origin + window.alpieSettings.home;
      const link = new URL(target.getAttribute("href"), home).href;
      navigator.clipboard?.writeText(link).then(() => say(translations.link_copied), () => { location.href = link; })
        ?? (location.href = link);
    }
    else if (has("theme")) keepTheme(!document.body.classList.contains("dark"));
  }

  // Escape closes what lies on top, one thing at a time.
  function closeTop() {
    if (window.alpiePanel.covers() || !closeBasket()) window.alpiePanel.close();
  }

  // Gradio draws the page and adds the scripts in no certain order: begin when all of it is there.
  const complete = () => document.querySelector("#masthead .masthead .tools button") && document.querySelector("#question textarea") && document.querySelector("#panel .panel-content")
    && document.querySelector(".toast") && window.alpieAsk && window.alpieConversations && window.alpieDocument && window.alpieBasket && window.alpieReferences && window.alpieScope && document.querySelector(".scope") && window.alpiePanel && window.alpieViews;

  async function start() {
    if (!complete()) { setTimeout(start, 20); return; }
    let stored = null;
    try { stored = localStorage.getItem("alpie.theme"); } catch { /* private window */ }
    theme(stored ? stored === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches);
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", event => { if (event.key === "Escape") closeTop(); });
    window.addEventListener("popstate", event => {
      if (viewAt(location.hash) !== document.body.dataset.view) go(location.hash);
      else if (viewAt(location.hash) === "search") window.alpieViews.search();
      window.alpiePanel.travelled(event.state);
    });
    window.alpieBasket.start();
    window.alpieReferences.start();
    window.alpieScope.start();
    const wanted = new URLSearchParams(location.search);
    relabel();
    show(viewAt(location.hash));
    const sent = takeOver();
    if (window.alpiePanel.resume()) { /* reloaded with the panel open */ }
    else if (wanted.get("p") || wanted.get("d")) window.alpiePanel.openAddress(location.search);
    if (wanted.has("in")) window.alpieScope.choose(wanted.getAll("in"));
    await window.alpieConversations.start();
    if (sent) ask(new URLSearchParams({ q: sent }));
    else if (wanted.get("q") && !window.alpieConversations.asked(wanted.get("q"))) ask(wanted);
    if (window.alpieSettings.feedback) document.body.dataset.feedback = "yes";
    document.body.dataset.ready = "yes";
  }

  setTimeout(start, 0);
  return { say, fragment, show, ask, answered, past, cleared, narrow, phone, welcome, translations };
})();
