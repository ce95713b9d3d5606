"use strict";

// The references in the style last chosen on the page.
let style = null;
try { style = localStorage.getItem("alpie.style"); } catch { /* private window */ }
const listed = [...document.querySelectorAll(".printed .set-in")];
const chosen = listed.find(one => one.classList.contains(style)) ?? listed[0];
for (const one of listed) one.hidden = one !== chosen;
document.querySelector("button.print").addEventListener("click", () => window.print());
