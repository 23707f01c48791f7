// One key, one action; off inside fields, and off altogether when a reader says so.

const box = document.getElementById("keys-on");
const KEPT = "plancraft-keys";

function kept() {
  try { return localStorage.getItem(KEPT); } catch { return null; }
}

export function keysFor(actions, { number, escape }) {
  box.checked = kept() !== "off";
  box.addEventListener("change", () => {
    try { localStorage.setItem(KEPT, box.checked ? "on" : "off"); } catch { /* for this page only */ }
  });
  addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
    if (event.key === "Escape") {
      if (field || event.target.closest("details")) {
        event.target.blur();
        const details = event.target.closest("#edit, #reject, #help");
        if (details) details.open = false;
        document.querySelector("#panel h2")?.focus();
      } else escape();
      return;
    }
    if (!box.checked || field || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (/^[1-9]$/.test(event.key)) return number(Number(event.key));
    // By the place of the key, so that they work while Korean is being written.
    const letter = /^Key[A-Z]$/.test(event.code) ? event.code[3] : event.key;
    const name = letter.length === 1 && /[A-Z]/.test(letter) && !(event.shiftKey && letter === "X") ? letter.toLowerCase() : letter;
    const action = actions[name];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
