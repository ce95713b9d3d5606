// Saved passages: addresses and words in this browser only, downloads by link.
window.alpieBasket = (() => {
  const KEY = "alpie.basket";
  const MOST = 100;
  let items = [];

  function read() {
    try { items = JSON.parse(localStorage.getItem(KEY) || "[]").filter(item => typeof item?.place === "string"); }
    catch { items = []; }
  }
  function write() {
    try { localStorage.setItem(KEY, JSON.stringify(items)); } catch { /* private window: kept until it closes */ }
    render();
  }

  function keep(unit) {
    const link = unit.querySelector("a.cite.source, a.cite.act, a.result-where, a.permalink");
    const place = unit.dataset.place || window.alpiePanel.placeOf(link);
    if (!items.some(item => item.place === place) && items.length < MOST) {
      items.push({ place, words: unit.querySelector(".words")?.textContent ?? "",
                   source: unit.querySelector(".source")?.textContent ?? "" });
    }
    write();
    window.alpie.say(window.alpie.words.kept);
  }

  function render() {
    const list = document.querySelector(".basket-items");
    if (!list) return;
    list.replaceChildren(...items.map((item, index) => {
      const line = document.createElement("li");
      const quoted = document.createElement("span");
      quoted.className = "kept-words";
      quoted.textContent = item.words;
      const source = document.createElement("a");
      source.className = "cite";
      source.href = item.place;
      source.textContent = item.source;
      const remove = document.createElement("button");
      remove.className = "act";
      remove.textContent = window.alpie.words.remove;
      remove.addEventListener("click", () => { items.splice(index, 1); write(); });
      line.append(quoted, source, " · ", remove);
      return line;
    }));
    const button = document.querySelector(".basket-open");
    button.querySelector(".count").textContent = String(items.length);
    button.classList.toggle("filled", items.length > 0);
    document.querySelector(".basket-empty").hidden = items.length > 0;
    for (const part of document.querySelectorAll(".basket-exports, .basket-clear")) part.hidden = items.length === 0;
    const places = items.map(item => item.place.replace(/^\?/, "")).join("&");
    for (const link of document.querySelectorAll(".basket a.export")) {
      link.href = `${window.alpie.words.root}/al/export/${link.dataset.form}?${places}&lang=${window.alpie.words.lang}`;
    }
  }

  function toggle(open) {
    const basket = document.getElementById("basket");
    basket.hidden = !open;
    document.querySelector(".basket-open").setAttribute("aria-expanded", String(open));
    if (open) basket.querySelector("button, a")?.focus();
  }
  function close() {
    const basket = document.getElementById("basket");
    if (basket && !basket.hidden) { toggle(false); document.querySelector(".basket-open").focus(); }
  }

  function start() {
    read();
    render();
    document.querySelector(".basket-open").addEventListener("click", () => toggle(document.getElementById("basket").hidden));
    document.querySelector(".basket-close").addEventListener("click", close);
    document.querySelector(".basket-clear").addEventListener("click", () => { items = []; write(); });
    window.addEventListener("storage", event => { if (event.key === KEY) { read(); render(); } });
  }
  return { keep, start, close };
})();
