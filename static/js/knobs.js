// Sliders and their number fields show the same value. The form asks again by itself (htmx) and works without this.
"use strict";

const DIGITS = 4;

function fieldsOf(knob) {
  return { range: knob.querySelector("input[type=range]"), number: knob.querySelector("input[type=number]") };
}

// As many decimals as the slider's own length needs, and none that say nothing.
function shorten(range) {
  const length = Math.abs(range.max - range.min);
  const decimals = length > 0 ? Math.max(0, DIGITS - 1 - Math.floor(Math.log10(length))) : 2;
  return String(Number(Number(range.value).toFixed(Math.min(decimals, 6))));
}

function mark(knob) {
  const { number } = fieldsOf(knob);
  knob.classList.toggle("knob-moved", number.value !== number.dataset.start);
}

// In the capture phase, so that both agree before the form is read.
document.addEventListener(
  "input",
  (event) => {
    const knob = event.target.closest("[data-knob]");
    if (!knob) return;
    const { range, number } = fieldsOf(knob);
    if (event.target === range) number.value = shorten(range);
    else range.value = number.value || range.dataset.start;
    mark(knob);
  },
  true,
);
