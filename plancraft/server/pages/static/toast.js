// What was just done, and for how long it can be undone.

import { say } from "./words.js";

const toast = document.getElementById("toast");
const button = document.getElementById("undo");
let ids = [];
let ends = 0;

export function tell(text, { bad = false, undoable = [], seconds = 0 } = {}) {
  document.getElementById("toast-text").textContent = text;
  toast.hidden = false;
  toast.classList.toggle("bad", bad);
  ids = undoable;
  ends = Date.now() + seconds * 1000;
  count();
}

// What can still be undone; nothing can a second time, unless `undo` could not be asked for.
export function onUndo(undo) {
  const run = async () => {
    const left = ends - Date.now();
    if (!ids.length || left <= 0) return;
    const asked = ids;
    ids = [];
    count();
    const unheard = await undo(asked);
    if (unheard.length) ids = unheard;
    count();
  };
  button.addEventListener("click", run);
  return run;
}

function count() {
  const left = Math.ceil((ends - Date.now()) / 1000);
  button.hidden = !ids.length || left <= 0;
  button.firstElementChild.textContent = say("undo", { seconds: Math.max(left, 0) });
  if (left <= -20) toast.hidden = true;
}
setInterval(count, 250);
