// Which documents a question is put to: the chip beside the question box. The choice holds until it is changed.
window.alpieScope = (() => {
  let chosen = [];  // ids
  const box = () => document.querySelector(".scope");
  const list = () => document.querySelector(".scope-list");
  const ticks = () => [...list().querySelectorAll("input[type=checkbox]")];

  async function load() {
    if (list().childElementCount) return;
    try { list().innerHTML = await window.alpie.fragment("scope"); } catch { window.alpie.say(window.alpie.translations.failed); return; }
    for (const tick of ticks()) tick.checked = chosen.includes(tick.value);
    tell();
  }

  function tell() {
    const names = ticks().filter(tick => tick.checked).map(tick => tick.dataset.name);
    const label = names.length > 2 ? `${names[0]} + ${names.length - 1}` : names.join(", ");
    document.querySelector(".scope-label").textContent = chosen.length ? label || chosen.join(", ") : window.alpie.translations.all_documents;
    box().classList.toggle("limited", chosen.length > 0);
  }

  async function choose(ids) {
    chosen = ids;
    if (ids.length) await load();
    for (const tick of ticks()) tick.checked = chosen.includes(tick.value);
    tell();
  }

  function start() {
    box().addEventListener("toggle", () => { if (box().open) load(); });
    box().addEventListener("change", event => {
      if (event.target.type !== "checkbox") return;
      chosen = ticks().filter(tick => tick.checked).map(tick => tick.value);
      tell();
    });
    box().addEventListener("input", event => {
      if (!event.target.classList.contains("scope-find")) return;
      const wanted = event.target.value.toLowerCase();
      for (const item of list().querySelectorAll("li")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
    });
    box().addEventListener("keydown", event => {
      if (event.key !== "Escape" || !box().open) return;
      event.stopPropagation();
      box().open = false;
      box().querySelector("summary").focus();
    });
    document.addEventListener("click", event => {
      if (event.target.closest(".scope-clear")) choose([]);
      if (!event.target.closest(".scope")) box().open = false;
    });
  }

  // The arguments of a question typed into the box, the last of them its options: see `QuestionOptions`.
  const withOptions = (...all) => [...all.slice(0, -1), JSON.stringify({ documents: chosen })];
  return { start, choose, withOptions, chosen: () => chosen };
})();
