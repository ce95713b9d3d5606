// Conversations, in this browser and nowhere else: the present one as long as its tab is open, earlier ones until
// they are deleted. One in which help was offered to somebody at risk is not kept beyond its tab.
window.alpieConversations = (() => {
  const PRESENT = `alpie.conversation${window.alpieSettings.root}`, EARLIER = `alpie.conversations${window.alpieSettings.root}`;
  const MOST = 12;
  let present = null;  // { id, began, rows: [[role, markup]] }
  let opening = null;  // an earlier one, while the server is told to begin anew

  function read(store, key) {
    try { return JSON.parse(window[store].getItem(key)); } catch { return null; }
  }
  function write(store, key, value) {
    try { window[store].setItem(key, JSON.stringify(value)); return true; } catch { return false; }
  }
  const earlier = () => (read("localStorage", EARLIER) ?? []).filter(one => Array.isArray(one?.rows) && one.rows.length);

  function writeEarlier(all) {  // as many as there is room for
    while (all.length && !write("localStorage", EARLIER, all)) all.pop();
    if (!all.length) try { localStorage.removeItem(EARLIER); } catch { /* private window */ }
    render();
  }

  function textOf(markup) {
    const made = document.createElement("template");
    made.innerHTML = markup;
    return made.content.textContent.trim();
  }
  const questions = rows => rows.filter(([role]) => role === "user").map(([, markup]) => textOf(markup));

  // After every change of the conversation on the screen.
  function keep(rows) {
    if (!rows.length) return;  // at first, and while an earlier one is opened: see `leave`
    present = { ...(present ?? { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), began: new Date().toISOString() }), rows };
    write("sessionStorage", PRESENT, present);
    const others = earlier().filter(one => one.id !== present.id);
    const delicate = rows.some(([, markup]) => markup.includes('class="care"'));
    writeEarlier(delicate ? others : [present, ...others].slice(0, MOST));
  }

  // An answer keeps the language of the page it was asked for on: in the other one it says so, and can be asked again.
  function withLanguageNote(text) {
    const { translations } = window.alpie;
    const own = text.replace(/<p class="asked-in"[^>]*>.*?<\/p>/, "");
    const query = /class="act permalink" href="([^"]*)"/.exec(own)?.[1];
    if (!query || own.startsWith(`<div class="reply" lang="${window.alpieSettings.lang}">`)) return own;
    return own.replace(">", `><p class="asked-in" lang="${window.alpieSettings.lang}">${translations.asked_in} <a class="ask" href="${query}">${translations.ask_here}</a></p>`);
  }

  // For the chat of Gradio. A question that was not answered yet goes back into its box.
  function messages() {
    if (opening) present = opening;
    opening = null;
    const rows = [...present?.rows ?? []];
    if (rows.at(-1)?.[0] === "user") {
      const box = document.querySelector("#question textarea");
      box.value = textOf(rows.pop()[1]);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const made = rows.map(([role, text]) => [role, withLanguageNote(text)]).map(([role, text]) => ({ role, metadata: null, options: null, content: [{ type: "text", text }] }));
    return [made];  // the value of the one output
  }

  function leave() {
    present = null;
    try { sessionStorage.removeItem(PRESENT); } catch { /* private window */ }
    render();
  }

  function open(conversation) {
    opening = conversation;
    document.querySelector("details.conversations").open = false;
    window.alpieReopen();
  }

  function clear() {
    try { localStorage.removeItem(EARLIER); } catch { /* private window */ }
    render();
  }

  function render() {
    const box = document.querySelector("details.conversations");
    const shown = earlier().filter(one => one.id !== present?.id);
    box.hidden = !shown.length;
    box.querySelector(".count").textContent = String(shown.length);
    box.querySelector("ol").replaceChildren(...shown.map(conversation => {
      const line = document.createElement("li");
      const act = (text, title, press) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "act", textContent: text, title });
        button.addEventListener("click", press);
        return button;
      };
      const began = document.createElement("time");
      began.dateTime = conversation.began;
      began.textContent = new Date(conversation.began).toLocaleDateString(window.alpieSettings.lang, { day: "numeric", month: "long", year: "numeric" });
      const title = questions(conversation.rows)[0] ?? "";
      const remove = act("✕", window.alpie.translations.conversation_delete, () => writeEarlier(earlier().filter(one => one.id !== conversation.id)));
      remove.setAttribute("aria-label", `${window.alpie.translations.conversation_delete}: ${title}`);
      line.append(act(title, title, () => open(conversation)), began, remove);
      return line;
    }));
  }

  const asked = question => !!present && questions(present.rows).includes(question.trim());

  // Done when what was on the screen before a reload is there again.
  async function start() {
    present = read("sessionStorage", PRESENT);
    if (!Array.isArray(present?.rows) || !present.rows.length) present = null;
    render();
    document.querySelector(".conversations-clear").addEventListener("click", () => {
      clear();
      window.alpie.say(window.alpie.translations.conversations_cleared);
    });
    window.addEventListener("storage", event => { if (event.key === EARLIER) render(); });
    document.addEventListener("submit", event => {  // who logs out leaves nothing for the next one
      if (event.target.action?.includes("/al/logout")) { clear(); leave(); }
    });
    if (!present) return;
    window.alpieRestore();
    for (let tries = 0; tries < 100 && present.rows.length > 1 && !document.querySelector("#chat .asked"); tries++) {
      await new Promise(done => setTimeout(done, 30));
    }
  }
  return { keep, messages, questions, asked, leave, start };
})();
