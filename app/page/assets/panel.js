// The source panel: opens a place, scrolls to its words, gives the focus back when it is closed. Where it
// lies over the page, as on a phone, it is a step in the browser's history: Back closes it.
window.alpiePanel = (() => {
  let from = null;      // the link the panel was opened from
  let latest = 0;       // number of the request made last: what comes late for an older one is dropped
  let chosen = false;   // the visitor opened something since they last asked: it is not taken from them
  let current = "";     // the place shown
  let leaving = false;  // `close` has asked for the step back, which comes a moment later
  const content = () => document.querySelector("#panel .panel-content");
  let empty = null;

  // A link's own address, not the page's: "?p=…&s=…".
  function placeOf(link) {
    const query = new URLSearchParams(new URL(link.href, location.href).search);
    const kept = new URLSearchParams();
    for (const name of ["p", "s", "d"]) if (query.get(name)) kept.set(name, query.get(name));
    return "?" + kept;
  }

  async function open(link, moveFocus) {
    if (moveFocus) chosen = true;
    if (!link.closest("#panel")) from = link;
    for (const other of document.querySelectorAll(".open")) other.classList.remove("open");
    link.closest(".quote-unit")?.classList.add("open");
    if (link.classList.contains("note")) link.classList.add("open");
    const opened = openAddress(placeOf(link), moveFocus);
    step();
    await opened;
  }

  function covers() {
    const { position, display } = getComputedStyle(document.getElementById("panel"));
    return position === "fixed" && display !== "none";
  }

  // One step, whatever is opened in it: from a passage to its neighbour there is none.
  function step() {
    if (!covers()) return;
    const state = { ...history.state, panel: current };
    if (history.state?.panel) history.replaceState(state, "");
    else history.pushState(state, "");
  }
  function stepBack() {
    if (!history.state?.panel) return;
    leaving = true;
    history.back();
  }

  // Back or Forward was pressed, or `stepBack` has arrived; `state` is that of the entry now shown.
  function travelled(state) {
    if (leaving) {
      leaving = false;
      step();  // nothing, unless something was opened meanwhile
    } else if (state?.panel) {
      resume();
    } else if (covers()) {
      hide();
      giveFocusBack(true);
    }
  }

  // The place that the present entry of the history stands for, after Forward or a reload.
  function resume() {
    if (!history.state?.panel || !window.alpie.phone()) return false;
    openAddress(history.state.panel, true);
    return true;
  }

  async function openAddress(search, moveFocus = false) {
    const box = content();
    const own = ++latest;
    empty ??= box.innerHTML;
    current = search;
    document.body.dataset.panel = "open";
    const waiting = text => {
      if (own !== latest) return;
      box.innerHTML = `<p class="searching panel-empty"></p>`;
      box.firstChild.textContent = text;
    };
    try {
      const query = new URLSearchParams(search);
      for (const name of ["q", "lang"]) query.delete(name);
      const html = await window.alpie.fragment(`panel?${query}`, {}, waiting);
      if (own !== latest) return;
      box.innerHTML = html;
      const named = box.querySelector(".panel-source .source") ?? box.querySelector(".panel-source h2");
      document.querySelector("#panel .panel-where").textContent = named?.textContent ?? "";
      window.alpieDocument.attach(box);
      toWords();
      if (moveFocus) box.querySelector("h2")?.focus({ preventScroll: true });
    } catch {
      waiting(window.alpie.translations.failed);
    }
  }

  // Scrolls the panel only, never the page, so that what stands at `place` (on the screen) comes under the head.
  function scrollTo({ top, bottom }) {
    const box = content();
    const head = box.querySelector(".panel-head");
    const covered = head && getComputedStyle(head).position === "sticky" ? head.offsetHeight : 0;
    const free = box.clientHeight - covered;
    const above = Math.max(24, (free - (bottom - top)) * 0.35);
    box.scrollTop += top - box.getBoundingClientRect().top - covered - Math.min(above, free * 0.35);
  }
  function toWords() {
    const marks = content().querySelectorAll("mark");
    if (!marks.length) { content().scrollTop = 0; return; }
    scrollTo({ top: marks[0].getBoundingClientRect().top, bottom: marks[marks.length - 1].getBoundingClientRect().bottom });
  }

  function close() {
    if (document.body.dataset.panel !== "open") return;
    const covered = covers();
    hide();
    giveFocusBack(covered);
    if (covered) stepBack();
  }
  function hide() {
    if (window.alpie.phone()) delete document.body.dataset.panel;
  }
  function giveFocusBack(inPlace) {  // in place: what lay under the panel has not moved
    if (from?.isConnected) from.focus({ preventScroll: inPlace });
  }

  // What an answer comes with, unless the visitor has something else open by then; no link: nothing.
  function offer(link) {
    if (chosen) return;
    if (link) open(link, false);
    else reset();
  }
  function asked() { chosen = false; }

  function reset() {
    latest++;
    if (empty !== null) content().innerHTML = empty;
    delete document.body.dataset.panel;
    from = null;
    stepBack();
  }

  document.addEventListener("click", event => {
    if (event.target.closest?.(".panel-close")) close();
    else if (event.target.closest?.(".to-words")) toWords();
  });
  window.alpie.narrow.addEventListener("change", () => { if (!history.state?.panel) step(); });  // a tablet is turned
  return { open, openAddress, offer, asked, close, hide, covers, travelled, resume, reset, placeOf, scrollTo };
})();
