// Ticking rows, and deciding what is ticked.

import { say } from "./words.js";

export function selection(rows, form, decide) {
  const label = document.getElementById("batch-count");
  const approve = form.querySelector("[data-batch=approve]");
  const reason = form.elements.reason;
  const approveWords = approve.textContent;
  let last = null;

  const boxes = () => [...rows.querySelectorAll(".select")];
  const chosen = () => boxes().filter((box) => box.checked).map((box) => box.closest("li.row"));
  const idOf = (box) => box.closest("li.row").dataset.id;

  function show() {
    const count = chosen().length;
    form.hidden = count === 0;
    label.textContent = say("selected", { count });
    approve.textContent = approveWords;
    approve.dataset.asked = "no";
  }

  function tick(id, { range = false, on }) {
    const all = boxes();
    const at = all.findIndex((box) => idOf(box) === id);
    if (at < 0) return;
    const from = all.findIndex((box) => idOf(box) === last);
    if (range && from >= 0) {
      for (let n = Math.min(at, from); n <= Math.max(at, from); n++) all[n].checked = true;
    } else {
      all[at].checked = on ?? !all[at].checked;
    }
    last = id;
    show();
  }

  // The same rows are ticked after `change` put others in their place.
  async function keeping(change) {
    const ids = new Set(chosen().map((row) => row.dataset.id));
    await change();
    for (const box of boxes()) box.checked = ids.has(idOf(box));
    show();
  }

  rows.addEventListener("click", (event) => {
    if (event.target.matches(".select")) tick(idOf(event.target), { range: event.shiftKey, on: event.target.checked });
  });
  reason.addEventListener("input", () => reason.removeAttribute("aria-invalid"));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", async (event) => {
    const action = event.target.dataset.batch;
    if (!action || form.getAttribute("aria-busy") === "true") return;
    if (action === "none") {
      boxes().forEach((box) => { box.checked = false; });
      return show();
    }
    const picked = chosen();
    if (action === "reject" && !reason.value.trim()) {
      reason.setAttribute("aria-invalid", "true");
      return reason.focus();
    }
    const urgent = picked.some((row) => Number(row.dataset.priority) >= 4);
    if (action === "approve" && urgent && approve.dataset.asked !== "yes") {
      approve.dataset.asked = "yes";
      approve.textContent = approve.dataset.again;
      return;
    }
    form.setAttribute("aria-busy", "true");
    await decide(action, reason.value.trim(), picked);
    form.removeAttribute("aria-busy");
    reason.value = "";
    show();
  });
  return { tick, keeping, show };
}
