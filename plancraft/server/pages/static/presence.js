// Who else has the open request before them.

import { ask } from "./asking.js";
import { isOpen, shownId } from "./panel.js";
import { say } from "./words.js";

export async function look() {
  const id = shownId();
  if (!id || document.hidden || !isOpen()) return;
  const response = await ask("/hitl/looking", { json: { id } });
  if (!response?.ok || shownId() !== id) return;
  const { others } = await response.json();
  const place = document.getElementById("looking");
  if (!place) return;
  place.hidden = !others.length;
  place.textContent = say("looking", { names: others.join(", ") });
}

setInterval(look, 4000);
document.addEventListener("visibilitychange", look);
