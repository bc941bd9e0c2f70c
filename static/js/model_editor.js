// The editor of scoring models: sums of weights, completion of columns, notes of the fields. Everything works without.
"use strict";

// Sums of weights as one types.
function addWeights(form) {
  form.querySelectorAll("[data-total]").forEach((output) => {
    const inputs = [...form.querySelectorAll(`[data-sum="${output.dataset.total}"]`)];
    const total = inputs.reduce((sum, input) => sum + (Number(input.value.replace(",", ".")) || 0), 0);
    const shown = Number(total.toFixed(6));
    output.textContent = String(shown);
    output.classList.toggle("draft-sum-wrong", Math.abs(total - 1) > 1e-9);
  });
}
document.querySelectorAll("[data-weights]").forEach((form) => {
  form.addEventListener("input", () => addWeights(form));
});

// A note that the server put beside a field marks the field too.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const note = event.detail.target;
  const field = note && note.dataset && note.dataset.noteFor ? document.getElementById(note.dataset.noteFor) : null;
  if (!field) return;
  const fresh = document.getElementById(note.id);
  if (fresh && fresh.textContent.trim()) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
});

// Fields that only one kind of points or shrinkage reads are shown with it. Their values stay when they are hidden.
const READ_BY = {
  normaliser_lower: ["normaliser_kind", "goalposts"],
  normaliser_upper: ["normaliser_kind", "goalposts"],
  normaliser_log: ["normaliser_kind", "goalposts"],
  normaliser_cuts: ["normaliser_kind", "thresholds"],
  normaliser_points: ["normaliser_kind", "thresholds"],
  normaliser_spread: ["normaliser_kind", "z", "robust_z"],
  prior_k: ["prior_kind", "fixed"],
  prior_noise: ["prior_kind", "moments", "efron_morris"],
};
function showWhatIsRead() {
  Object.entries(READ_BY).forEach(([name, [by, ...values]]) => {
    const chooser = document.getElementById(`id_${by}`);
    const field = document.querySelector(`.draft-field-${name}`);
    if (!chooser || !field) return;
    const faulty = field.querySelector(".field-wrong") || field.querySelector(".draft-note").textContent.trim();
    field.hidden = !values.includes(chooser.value) && !faulty;
  });
}
document.addEventListener("change", showWhatIsRead);
showWhatIsRead();

// The help is open where there is room for it.
if (window.matchMedia("(min-width: 62rem)").matches) {
  document.querySelectorAll("[data-help]").forEach((help) => help.setAttribute("open", ""));
}

// Columns: a click puts one into the formula that was edited last; typing completes.
const WORD = /[A-Za-z_][A-Za-z0-9_]*$/;
const FUNCTIONS = ["abs", "coalesce", "greatest", "if", "least", "ln", "nullif", "round", "sqrt"];
const columns = [...document.querySelectorAll("[data-column]")].map((row) => ({ name: row.dataset.column, label: row.dataset.label }));
const formulas = [...document.querySelectorAll("[data-formula]")];
let last = formulas[0] || null;

function insert(area, text, length) {
  const caret = area.selectionStart;
  area.setRangeText(text, caret - length, area.selectionEnd, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function findNames(word) {
  const wanted = word.toLowerCase();
  const rank = (name, label) => (name.startsWith(wanted) ? 0 : name.includes(wanted) ? 1 : label.toLowerCase().includes(wanted) ? 2 : 3);
  const known = [...columns, ...FUNCTIONS.map((name) => ({ name, label: "" }))];
  return known
    .map((entry) => ({ ...entry, rank: rank(entry.name, entry.label) }))
    .filter((entry) => entry.rank < 3 && entry.name !== word)
    .sort((one, other) => one.rank - other.rank || one.name.localeCompare(other.name))
    .slice(0, 8);
}

function completeIn(area, number) {
  const box = document.createElement("div");
  const list = document.createElement("ul");
  box.className = "complete";
  list.className = "complete-list";
  list.id = `complete-${number}`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  area.replaceWith(box);
  box.append(area, list);
  area.setAttribute("role", "combobox");
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("aria-expanded", "false");
  let chosen = -1;
  let length = 0;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    area.setAttribute("aria-expanded", "false");
    area.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    chosen = (index + list.children.length) % list.children.length;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    list.children[chosen].scrollIntoView({ block: "nearest" });
    area.setAttribute("aria-activedescendant", list.children[chosen].id);
  };
  const take = (index) => {
    const { name } = list.children[index].dataset;
    close();
    insert(area, FUNCTIONS.includes(name) ? `${name}(` : name, length);
    close();
  };
  const offer = () => {
    const word = WORD.exec(area.value.slice(0, area.selectionStart));
    length = word ? word[0].length : 0;
    const found = word && length > 1 ? findNames(word[0]) : [];
    list.replaceChildren(
      ...found.map((entry, at) => {
        const option = document.createElement("li");
        const name = document.createElement("code");
        const label = document.createElement("span");
        option.className = "complete-option";
        option.id = `${list.id}-${at}`;
        option.dataset.name = entry.name;
        option.setAttribute("role", "option");
        name.textContent = entry.name;
        label.textContent = entry.label;
        option.append(name, label);
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(at);
        });
        return option;
      }),
    );
    list.hidden = found.length === 0;
    area.setAttribute("aria-expanded", String(!list.hidden));
    chosen = -1;
  };
  area.addEventListener("input", offer);
  area.addEventListener("focus", () => {
    last = area;
  });
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Enter" || event.key === "Tab") {
      if (chosen < 0 && event.key === "Tab") return close();
      take(Math.max(0, chosen));
    } else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

if (formulas.length) {
  formulas.forEach(completeIn);
  document.querySelectorAll("[data-column] code").forEach((code) => {
    const button = document.createElement("button");
    button.type = "button";
    code.replaceWith(button);
    button.append(code);
    button.addEventListener("click", () => {
      if (!last) return;
      const before = last.value.slice(0, last.selectionStart);
      insert(last, (before && !/[\s(]$/.test(before) ? " " : "") + code.textContent, 0);
    });
  });
}
