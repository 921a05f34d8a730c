// Makes pages quicker; everything works without it. No other script runs here, and nothing is fetched from elsewhere.
"use strict";

const polling = { headers: { "X-Console-Poll": "1" }, credentials: "same-origin" };

// Replaces one part of this page by the same part of another answer.
function put(part, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("#" + part.id);
  if (!fresh) { return null; }
  const added = document.adoptNode(fresh);
  part.replaceWith(added);
  begin(added);
  return added;
}

// Somebody types or ticks there: it isn't taken away from under their hands.
function busy(part) {
  if (part.contains(document.activeElement) && document.activeElement !== part) { return true; }
  return [...part.querySelectorAll("input, textarea, select")].some((field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
      : field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue);
}

async function swap(url, part, push) {
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) { location.assign(url); return; }
    if (!put(part, await answer.text())) { location.assign(url); return; }
    if (push) { history.pushState({ swap: part.id }, "", url); }
  } catch { location.assign(url); }
}

// data-poll="seconds": the part is looked at again while the page is visible.
function poll(part) {
  const seconds = Number(part.dataset.poll);
  if (!seconds) { return; }
  const timer = setInterval(async () => {
    if (!part.isConnected) { clearInterval(timer); return; }
    if (document.hidden || busy(part)) { return; }
    try {
      const answer = await fetch(location.href, polling);
      if (answer.redirected) { location.reload(); return; }
      const text = answer.ok ? await answer.text() : "";
      if (text && part.isConnected && !busy(part)) { clearInterval(timer); put(part, text); }
    } catch { /* the network is away: the next round asks again */ }
  }, seconds * 1000);
}

function begin(root) {
  const own = (selector) => [...(root.matches && root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  own("[data-poll]").forEach(poll);
  own("[data-print]").forEach((button) => { button.hidden = false; });
  own("form[data-go]").forEach((form) => form.submit());
}

// data-print: the browser's own printing; without scripts the button isn't there and its menu does it.
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) { window.print(); } });

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) { return; }
  const part = document.querySelector(link.dataset.swap);
  if (!part) { return; }
  event.preventDefault();
  swap(link.href, part, true);
});

document.addEventListener("submit", (event) => {
  const form = event.target, sure = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
  if (sure && !window.confirm(sure)) { event.preventDefault(); return; }
  const part = form.method === "get" && form.dataset.swap && document.querySelector(form.dataset.swap);
  if (part) {
    event.preventDefault();
    swap(form.action + "?" + new URLSearchParams(new FormData(form)), part, true);
    return;
  }
  // A second click sends nothing; the idempotency key would catch it anyway.
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && form.method === "get" && form.dataset.swap) { form.requestSubmit(); }
  // data-all: ticks or unticks the boxes of the same form.
  if (event.target.dataset.all) {
    form.querySelectorAll(`input[name="${event.target.dataset.all}"]`).forEach((box) => { box.checked = event.target.checked; });
  }
});

window.addEventListener("popstate", () => location.reload());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) { document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; }); }
});

// data-key="a": the key presses, follows or focuses; data-fill: a chosen template goes into the named field.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
  if (event.target.closest("input, textarea, select, [contenteditable]")) { return; }
  const key = event.key.toLowerCase();
  const found = /^[a-z0-9/]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
  if (!found) { return; }
  event.preventDefault();
  const box = found.closest("details");
  if (box) { box.open = true; }
  if (/^(INPUT|TEXTAREA|SELECT|SUMMARY)$/.test(found.tagName)) { found.focus(); } else { found.click(); }
});

document.addEventListener("change", (event) => {
  const choice = event.target.closest("select[data-fill]");
  const field = choice && choice.form.elements[choice.dataset.fill];
  if (field && choice.value && (!field.value || field.dataset.filled === field.value)) {
    field.value = field.dataset.filled = choice.selectedOptions[0].dataset.text || "";
  }
});

begin(document);
