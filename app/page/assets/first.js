// Stands in the page itself, as its first styles do: as a file it would come after the first paint, in the wrong colours.
(() => {
  const form = document.getElementById("first-form");
  let stored = null;
  try { stored = localStorage.getItem("alpie.theme"); } catch { /* private window */ }
  document.body.classList.toggle("dark", stored ? stored === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  form.addEventListener("submit", event => {
    event.preventDefault();
    form.dataset.asked = form.elements.q.value;
    form.querySelector("[role=status]").textContent = form.querySelector("[role=status]").dataset.waiting;
  });
})();
