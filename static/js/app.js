// Small improvements; every page works without them.
"use strict";

function markBusy(form, submitter) {
  form.setAttribute("aria-busy", "true");
  const button = submitter || form.querySelector("button:not([type=button])");
  if (button) button.classList.add("is-busy");
}

function release(form) {
  form.removeAttribute("aria-busy");
  form.querySelectorAll(".is-busy").forEach((button) => button.classList.remove("is-busy"));
}

// A second submit of the same form is dropped while the first is under way. Nothing is disabled, so the pressed button's
// own name and value are still sent.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  if (!event.defaultPrevented) markBusy(form, event.submitter);
});
// Coming back by the browser's history shows the page as it was left: busy.
window.addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) release(form);
});

// The portal words its own refusals; the browser's bubbles are in another language and style.
function quietForms(root) {
  root.querySelectorAll("form[method=post]").forEach((form) => {
    form.noValidate = true;
  });
}

function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu !== except) menu.removeAttribute("open");
  });
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  closeMenus(null);
  if (open) open.querySelector("summary").focus();
  setNavigation(false);
});

function setNavigation(open) {
  const toggle = document.querySelector("[data-nav-toggle]");
  if (!toggle) return;
  document.body.classList.toggle("navigation-open", open);
  toggle.setAttribute("aria-expanded", String(open));
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-nav-toggle]")) {
    event.preventDefault();
    setNavigation(!document.body.classList.contains("navigation-open"));
  } else if (event.target.closest(".sidebar-close")) {
    event.preventDefault();
    setNavigation(false);
  }
});

// On paper a chart's table is always open.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.chart-table:not([open])")];
  opened.forEach((table) => table.setAttribute("open", ""));
});
window.addEventListener("afterprint", () => opened.forEach((table) => table.removeAttribute("open")));

document.addEventListener("htmx:sendError", () => {
  const alerts = document.getElementById("alerts");
  const text = document.getElementById("no-answer");
  if (alerts && text) alerts.replaceChildren(text.content.cloneNode(true));
});
document.addEventListener("htmx:load", (event) => quietForms(event.target));

document.addEventListener("DOMContentLoaded", () => {
  quietForms(document);
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
});
