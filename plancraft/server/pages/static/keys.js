// One key, one action; off inside fields, and off altogether when a reader says so.

import { press, unfold } from "./panel.js";

const box = document.getElementById("keys-on");
const KEPT = "plancraft-keys";

function kept() {
  try { return localStorage.getItem(KEPT); } catch { return null; }
}

// The letter that is printed on the key; by its place where another script is being written.
function nameOf(event) {
  if (/^[A-Za-z]$/.test(event.key)) return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter && !/^[\x20-\x7e]$/.test(event.key)) return event.shiftKey ? letter : letter.toLowerCase();
  return event.key;
}

const deciding = {
  a: () => press(document.getElementById("edit")?.open ? "#edit button.main" : "#approve"),
  e: () => unfold("#edit", "input:not([type=hidden]), textarea, select"),
  r: () => (document.getElementById("reject-now") ? press("#reject-now") : unfold("#reject", "input[type=radio]")),
  "?": () => {
    const help = document.getElementById("help");
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  },
};

// In the reasons: a number picks one, and whoever starts to write goes on in their own words.
function inReasons(event) {
  const reject = event.target.closest("#reject");
  if (!reject || event.target.matches("textarea, button, summary")) return false;
  if (/^[1-9]$/.test(event.key)) {
    reject.querySelectorAll("input[type=radio]")[event.key - 1]?.click();
    event.preventDefault();
  } else if (event.key.length === 1 && event.key !== " ") {
    reject.querySelector("textarea").focus();
  } else if (event.key === "Process") {
    reject.querySelector("textarea").focus();
  }
  return true;
}

export function keysFor(more, escape) {
  const actions = { ...deciding, ...more };
  box.checked = kept() !== "off";
  box.addEventListener("change", () => {
    try { localStorage.setItem(KEPT, box.checked ? "on" : "off"); } catch { /* for this page only */ }
  });
  addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
    if (event.key === "Escape") {
      const details = event.target.closest("#edit, #reject, #help");
      if (details) details.open = false;
      if (field || details) document.querySelector("#panel h2")?.focus();
      else escape();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (!box.checked || field || inReasons(event) || event.target.closest("#edit input, #decide input")) return;
    if (/^[1-9]$/.test(event.key)) return press(`div.options button.option:nth-child(${event.key})`);
    const action = actions[nameOf(event)] ?? (event.shiftKey ? null : actions[nameOf(event).toLowerCase()]);
    if (!action) return;
    event.preventDefault();
    action();
  });
}
