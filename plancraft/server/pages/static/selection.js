// Ticking rows, and deciding what is ticked.

export function selection(rows, form, decide) {
  const label = document.getElementById("batch-count");
  const approve = form.querySelector("[data-batch=approve]");
  const approveWords = approve.textContent;
  let last = null;

  const boxes = () => [...rows.querySelectorAll(".select")];
  const chosen = () => boxes().filter((box) => box.checked).map((box) => box.closest("li.row"));

  function show() {
    const count = chosen().length;
    form.hidden = count === 0;
    label.textContent = label.dataset.words.replace("{count}", count);
    approve.textContent = approveWords;
    approve.dataset.asked = "no";
  }

  function toggle(id, range) {
    const all = boxes();
    const at = all.findIndex((box) => box.closest("li.row").dataset.id === id);
    if (at < 0) return;
    const from = all.findIndex((box) => box.closest("li.row").dataset.id === last);
    if (range && from >= 0) for (let n = Math.min(at, from); n <= Math.max(at, from); n++) all[n].checked = true;
    else all[at].checked = !all[at].checked;
    last = id;
    show();
  }

  rows.addEventListener("change", (event) => {
    if (!event.target.matches(".select")) return;
    last = event.target.closest("li.row").dataset.id;
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", async (event) => {
    const action = event.target.dataset.batch;
    if (!action) return;
    if (action === "none") {
      boxes().forEach((box) => { box.checked = false; });
      return show();
    }
    const picked = chosen();
    const urgent = picked.some((row) => Number(row.dataset.priority) >= 4);
    if (action === "approve" && urgent && approve.dataset.asked !== "yes") {
      approve.dataset.asked = "yes";
      approve.textContent = approve.dataset.again;
      return;
    }
    form.setAttribute("aria-busy", "true");
    await decide(action, form.elements.reason.value.trim(), picked);
    form.removeAttribute("aria-busy");
    show();
  });
  return { toggle, show };
}
