// A request on a page of its own: the same, for one.

import { ask } from "./asking.js";
import { keysFor } from "./keys.js";
import { follow } from "./live.js";
import { article, isDirty, listen, notice, put, shownId } from "./panel.js";
import { look } from "./presence.js";
import { say } from "./words.js";

const id = shownId();
let mine = false;

async function refresh() {
  const response = await ask(`/hitl/requests/${id}`);
  if (!response?.ok) return;
  const html = await response.text();
  if (!isDirty()) return put(html);
  const now = new DOMParser().parseFromString(html, "text/html").querySelector(".outcome h3");
  if (now) notice(say("elsewhere", { outcome: now.textContent.trim() }));
}

listen(({ html }) => {
  mine = true;
  put(html, { focus: true });
});
const undo = () => document.querySelector('#panel form[action$="/undo"] button')?.click();
keysFor({ u: undo }, () => {});
follow(document.getElementById("page").dataset.head, (message) => {
  const about = message.request?.id ?? message.request_id;
  if (about !== id) return;
  if (mine) mine = false;
  else refresh();
}, refresh);
if (article()) look();
