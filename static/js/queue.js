// Keys of a queue: j and k move, Enter opens, x selects, ? shows the help. The page documents them and works without.
"use strict";

let current = -1;

function rows() {
  return [...document.querySelectorAll("#list tbody tr")];
}

function moveTo(place) {
  const all = rows();
  if (!all.length) return;
  current = Math.max(0, Math.min(all.length - 1, place));
  all.forEach((row, index) => row.classList.toggle("is-current", index === current));
  const link = all[current].querySelector("a");
  if (link) link.focus();
  all[current].scrollIntoView({ block: "nearest" });
}

function boxOf(row) {
  return row ? row.querySelector("input[name=item]") : null;
}

function showCount() {
  const count = document.querySelectorAll("#list input[name=item]:checked").length;
  const words = document.querySelector("[data-bulk-count]");
  if (!words) return;
  words.hidden = count === 0;
  words.querySelector("[data-bulk-number]").textContent = String(count);
}

const KEYS = {
  j: () => moveTo(current + 1),
  k: () => moveTo(current - 1),
  x: () => {
    const box = boxOf(rows()[current]);
    if (!box) return;
    box.checked = !box.checked;
    showCount();
  },
  "?": () => {
    const help = document.querySelector("[data-keys]");
    if (help) help.open = !help.open;
  },
};

// Enter is the focused link's own key: moving puts the focus on the row's link.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("input[name=item]")) showCount();
});
// A filter replaces the rows, and what was selected with them.
document.addEventListener("htmx:afterSwap", () => {
  current = -1;
  showCount();
});
window.addEventListener("pageshow", showCount);
