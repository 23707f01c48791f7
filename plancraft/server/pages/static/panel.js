// The open request: forms are sent in the background, and the server's answer takes their place.

import { ask, pause } from "./asking.js";
import { tellTimes } from "./clock.js";
import { forget, keep, putBack } from "./drafts.js";
import { say } from "./words.js";

const panel = document.getElementById("panel");
// Nobody can have read in this time (milliseconds) what the page itself put there: a second press
// of the same key or button was meant for what stood there before.
const UNREAD = 350;
let putAt = -Infinity;
let previewTimer;

export const article = () => panel.querySelector("article.request");
export const shownId = () => article()?.dataset.id;
export const isOpen = () => article()?.dataset.open === "yes";
export const isDirty = () => panel.dataset.dirty === "yes";
const isShown = () => panel.offsetParent !== null && panel.getAttribute("aria-busy") !== "true";

// `next`: the page goes on by itself, the reader did not ask for it.
export function put(html, { focus = false, next = false } = {}) {
  const hadFocus = panel.contains(document.activeElement);
  panel.innerHTML = html;
  panel.dataset.dirty = "no";
  panel.dataset.edited = "no";
  putAt = next ? performance.now() : -Infinity;
  tellTimes(panel);
  if (isOpen() && putBack(shownId(), panel)) panel.dataset.dirty = "yes";
  const wrong = panel.querySelector("[aria-invalid=true], .field.wrong input, .field.wrong textarea");
  if (focus || hadFocus) (wrong ?? panel.querySelector("h2"))?.focus();
}

export function notice(text) {
  const place = panel.querySelector("#notice");
  if (!place) return;
  place.textContent = text;
  place.hidden = false;
}

export function hold(busy) {
  panel.setAttribute("aria-busy", busy);
}

// Asks until the server answers, then shows what really is.
export async function lookAgain(id) {
  for (let wait = 500; shownId() === id; wait = Math.min(wait * 2, 5000)) {
    await pause(wait);
    const response = await ask(`/hitl/requests/${id}`);
    if (!response?.ok || shownId() !== id) continue;
    const html = await response.text();
    if (html.includes('data-open="no"')) return put(html);
    panel.dataset.dirty = "yes"; // so that this is not replaced before it was read
    return notice(say("unsent"));
  }
}

// Sends a form of the panel; `sent` is told what the server made of it.
async function send(form, button, sent) {
  const { id, title } = article().dataset;
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.append(button.name, button.value);
  const before = button?.innerHTML;
  hold(true);
  if (button) button.textContent = say("sending");
  // Not form.action, which is the field of that name.
  const response = await ask(form.getAttribute("action"), { method: "POST", body });
  const outcome = response?.headers.get("X-Outcome");
  const html = outcome ? await response.text().catch(() => null) : null;
  if (button) button.innerHTML = before;
  hold(false);
  if (html === null) {
    notice(say("failed"));
    return lookAgain(id);
  }
  if (outcome === "decided") forget(id);
  const does = button?.dataset.does ?? "";
  const held = Number(response.headers.get("X-Held-Seconds") ?? 0);
  await sent({ outcome, html, does, held, title, id });
  if (outcome === "sure") panel.querySelector("#approve")?.focus();
}

// Edits that "Approve" would leave out are asked about first.
function leavesOutEdits(form) {
  if (panel.dataset.edited !== "yes" || !form.querySelector("#approve")) return false;
  panel.dataset.edited = "asked";
  panel.querySelector("#edit").open = true;
  notice(say("edits"));
  return true;
}

async function preview() {
  const place = panel.querySelector("#preview");
  const form = place?.closest("form");
  if (!form) return;
  const response = await ask(place.dataset.from, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (response?.ok && place.isConnected) place.innerHTML = await response.text();
}

async function load(details) {
  const from = details.dataset.load;
  delete details.dataset.load;
  const response = await ask(from);
  if (!response?.ok) {
    details.dataset.load = from;
    return;
  }
  details.querySelector("div").innerHTML = await response.text();
  tellTimes(details);
}

export function listen(sent) {
  panel.addEventListener("submit", (event) => {
    if (!event.target.matches("form.send")) return;
    event.preventDefault();
    if (panel.getAttribute("aria-busy") === "true" || performance.now() - putAt < UNREAD) return;
    if (leavesOutEdits(event.target)) return;
    send(event.target, event.submitter, sent);
  });
  panel.addEventListener("input", (event) => {
    if (!event.target.closest("#decide")) return;
    panel.dataset.dirty = "yes";
    keep(shownId(), panel);
    if (event.target.closest("#edit")) {
      panel.dataset.edited = "yes";
      clearTimeout(previewTimer);
      previewTimer = setTimeout(preview, 150);
    }
  });
  panel.addEventListener("toggle", (event) => {
    if (event.target.id === "edit" && event.target.open) preview();
    if (event.target.open && event.target.dataset.load) load(event.target);
  }, true);
  tellTimes();
}

export function press(selector) {
  const button = panel.querySelector(selector);
  if (button && isShown()) button.click();
}

export function unfold(selector, inside) {
  const details = panel.querySelector(selector);
  if (!details || !isShown()) return;
  details.open = true;
  details.querySelector(inside)?.focus();
}
