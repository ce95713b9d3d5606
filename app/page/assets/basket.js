// Saved passages: addresses and words in this browser only, downloads by link.
window.alpieBasket = (() => {
  const KEY = `alpie.basket${window.alpieSettings.root}`;  // each collection has its own
  const MOST = 100;
  const LONGEST_NOTE = 300;
  let lists = [{ name: "", items: [] }];
  let at = 0;         // the list that is open
  let before = null;  // what there was before something was taken out: to be put back

  const open = () => lists[at];
  const sound = list => ({ name: String(list?.name ?? ""), items: (list?.items ?? []).filter?.(item => typeof item?.place === "string") ?? [] });
  function read() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(KEY)); } catch { /* nothing of ours */ }
    lists = (Array.isArray(kept) ? [{ items: kept }] : Array.isArray(kept?.lists) ? kept.lists : []).map(sound);  // once there was but one
    if (!lists.length) lists = [sound()];
    at = lists[kept?.at] ? kept.at : 0;
  }
  function save() {
    try { localStorage.setItem(KEY, JSON.stringify({ at, lists })); } catch { /* private window: kept until it closes */ }
  }
  function write() {
    before = null;
    save();
    render();
  }
  function takeOut(change) {
    const there = JSON.stringify({ at, lists });
    change();
    write();
    before = there;
    document.querySelector(".basket-undo").hidden = false;
  }
  function undo() {
    ({ at, lists } = JSON.parse(before));
    write();
    window.alpie.say(window.alpie.translations.restored);
    document.querySelector(".basket-items button, .basket-close").focus();
  }
  function clear() {
    takeOut(() => {
      if (lists.length > 1) { lists.splice(at, 1); at = 0; } else open().items = [];
    });
    window.alpie.say(window.alpie.translations.emptied);
    document.querySelector(".basket-undo").focus();
  }

  function placeOf(unit) {  // "" for what has no place
    const href = unit?.dataset.place || unit?.querySelector("a.cite.source, a.cite.act, a.result-where, a.permalink")?.href;
    return href ? window.alpiePanel.placeOf({ href }) : "";
  }

  // Saves, and when pressed again takes out.
  function keep(unit) {
    const place = placeOf(unit);
    if (!place) return;
    const { items } = open();
    const there = items.findIndex(item => item.place === place);
    if (there >= 0) {
      takeOut(() => items.splice(there, 1));
    } else if (items.length < MOST) {
      items.push({ place, words: unit.querySelector(".words")?.textContent ?? "",
                   source: unit.querySelector(".source")?.textContent ?? "" });
      write();
    } else {
      window.alpie.say(window.alpie.translations.basket_full);
      return;
    }
    window.alpie.say(there >= 0 ? window.alpie.translations.unkept : window.alpie.translations.kept);
  }

  // What is saved is called so on its button, wherever it is shown: answer, results, source.
  function mark() {
    const kept = new Set(open().items.map(item => item.place));
    for (const button of document.querySelectorAll("button.keep")) {
      button.dataset.unsaved ??= JSON.stringify([button.textContent, button.title]);
      const saved = kept.has(placeOf(button.closest(".quote-unit, .panel-source")));
      const [text, title] = saved ? [window.alpie.translations.kept, window.alpie.translations.take_out] : JSON.parse(button.dataset.unsaved);
      if (button.textContent !== text) Object.assign(button, { textContent: text, title });
    }
  }

  function query() {
    const noted = item => item.note ? `&n=${encodeURIComponent(item.note)}` : "";
    return open().items.map(item => item.place.replace(/^\?/, "") + noted(item)).join("&");
  }

  function link() {
    const places = query();
    for (const one of document.querySelectorAll(".basket a.export")) {
      one.dataset.saved = open().name.trim().replace(/[^\p{L}\p{N}]+/gu, "-");
      one.href = `${window.alpieSettings.root}/al/export/${one.dataset.form}?${places}&lang=${window.alpieSettings.lang}`;
    }
  }

  function render() {
    const list = document.querySelector(".basket-items");
    if (!list) return;
    const { items } = open();
    const choice = document.querySelector(".basket-list");
    choice.replaceChildren(...lists.map((one, number) => new Option(`${one.name || window.alpie.translations.unnamed} (${one.items.length})`, number)));
    choice.value = String(at);
    choice.hidden = lists.length < 2;
    document.querySelector(".basket-name").value = open().name;
    document.querySelector(".basket-undo").hidden = true;
    list.replaceChildren(...items.map((item, index) => {
      const line = document.createElement("li");
      const quoted = document.createElement("span");
      quoted.className = "kept-words";
      quoted.textContent = item.words;
      const source = document.createElement("a");
      source.className = "cite";
      source.href = item.place;
      source.textContent = item.source;
      const { translations } = window.alpie;
      const act = (text, title, press) => {
        const button = document.createElement("button");
        Object.assign(button, { className: "act", textContent: text, title });
        button.setAttribute("aria-label", title);
        button.addEventListener("click", press);
        return button;
      };
      const move = by => () => {
        items.splice(index + by, 0, ...items.splice(index, 1));
        write();
        list.children[index + by]?.querySelector(`[title="${by < 0 ? translations.up : translations.down}"], button`)?.focus();
      };
      const own = document.createElement("input");
      Object.assign(own, { className: "kept-note", placeholder: translations.note, value: item.note ?? "", maxLength: LONGEST_NOTE });
      own.setAttribute("aria-label", translations.note);
      own.addEventListener("change", () => {  // the list stays: a button pressed next must still be there
        item.note = own.value.trim();
        save();
        link();
      });
      const acts = document.createElement("span");
      acts.className = "kept-acts";
      if (index > 0) acts.append(act("↑", translations.up, move(-1)));
      if (index + 1 < items.length) acts.append(act("↓", translations.down, move(1)));
      acts.append(act(translations.remove, translations.remove, () => takeOut(() => items.splice(index, 1))));
      line.append(quoted, source, own, acts);
      return line;
    }));
    const button = document.querySelector(".basket-open");
    button.querySelector(".count").textContent = String(items.length);
    button.classList.toggle("filled", items.length > 0);
    document.querySelector(".basket-empty").hidden = items.length > 0;
    for (const part of document.querySelectorAll(".basket-exports, .basket-clear")) part.hidden = items.length === 0;
    document.querySelector(".basket-new").hidden = items.length === 0;
    if (lists.length > 1) document.querySelector(".basket-clear").hidden = false;
    link();
    mark();
  }

  function toggle(open) {
    const basket = document.getElementById("basket");
    basket.hidden = !open;
    document.querySelector(".basket-open").setAttribute("aria-expanded", String(open));
    if (open) basket.querySelector(".basket-items button, .basket-name")?.focus();
  }
  function close() {  // whether there was anything to close
    if (document.getElementById("basket")?.hidden ?? true) return false;
    toggle(false);
    document.querySelector(".basket-open").focus();
    return true;
  }

  function start() {
    read();
    render();
    document.querySelector(".basket-open").addEventListener("click", () => toggle(document.getElementById("basket").hidden));
    document.querySelector(".basket-close").addEventListener("click", close);
    document.querySelector(".basket-copy").addEventListener("click", () => window.alpieReferences.copy(`?${query()}`));
    document.querySelector(".basket-clear").addEventListener("click", clear);
    document.querySelector(".basket-undo").addEventListener("click", undo);
    document.querySelector(".basket-name").addEventListener("change", event => { open().name = event.target.value.trim(); write(); });
    document.querySelector(".basket-list").addEventListener("change", event => { at = Number(event.target.value); write(); });
    document.querySelector(".basket-new").addEventListener("click", () => {
      at = lists.push({ name: "", items: [] }) - 1;
      write();
      document.querySelector(".basket-name").focus();
    });
    let marking = 0;  // answers, results and sources come later: their buttons are marked before they are painted
    new MutationObserver(() => {
      cancelAnimationFrame(marking);
      marking = requestAnimationFrame(mark);
    }).observe(document.body, { childList: true, subtree: true });
    window.addEventListener("storage", event => { if (event.key === KEY) { read(); render(); } });
  }
  return { keep, placeOf, start, close };
})();
