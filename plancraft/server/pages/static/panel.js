// The open request: forms are sent in the background, and the server's answer takes their place.

import { tellTimes } from "./clock.js";

const panel = document.getElementById("panel");
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
let previewTimer;

export const article = () => panel.querySelector("article.request");
export const isOpen = () => article()?.dataset.open === "yes";
export const isDirty = () => panel.dataset.dirty === "yes";

export function put(html, { focus = false } = {}) {
  panel.innerHTML = html;
  panel.dataset.dirty = "no";
  tellTimes(panel);
  const wrong = panel.querySelector("[aria-invalid=true], .field.wrong input, .field.wrong textarea");
  if (focus) (wrong ?? panel.querySelector("h2"))?.focus();
}

export function notice(text) {
  const place = panel.querySelector("#notice");
  if (!place) return;
  place.textContent = text;
  place.hidden = false;
}

// Sends a form of the panel; `sent` is told what the server made of it.
async function send(form, button, sent) {
  if (form.getAttribute("aria-busy") === "true") return;
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.append(button.name, button.value);
  const before = button?.innerHTML;
  form.setAttribute("aria-busy", "true");
  if (button && words.sending) button.textContent = words.sending;
  let response, html;
  try {
    // Not form.action, which is the field of that name.
    response = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "X-Fragment": "panel" } });
    html = await response.text();
  } catch {
    response = null;
  }
  form.removeAttribute("aria-busy");
  if (button) button.innerHTML = before;
  if (response?.redirected || response?.status === 401) return location.reload();
  const outcome = response?.headers.get("X-Outcome");
  if (!outcome) return notice(words.failed ?? response?.statusText ?? "");
  const does = button?.dataset.does ?? "";
  const held = Number(response.headers.get("X-Held-Seconds") ?? 0);
  const title = article()?.dataset.title ?? "";
  const id = article()?.dataset.id;
  sent({ outcome, html, does, held, title, id, pending: response.headers.get("X-Pending") });
  if (outcome === "sure") panel.querySelector("#approve")?.focus();
}

async function preview() {
  const place = panel.querySelector("#preview");
  const form = place?.closest("form");
  if (!form) return;
  const body = new URLSearchParams(new FormData(form));
  const response = await fetch(place.dataset.from, { method: "POST", body, headers: { "X-Fragment": "preview" } }).catch(() => null);
  if (response?.ok && place.isConnected) place.innerHTML = await response.text();
}

export function listen(sent) {
  panel.addEventListener("submit", (event) => {
    if (!event.target.matches("form.send")) return;
    event.preventDefault();
    send(event.target, event.submitter, sent);
  });
  panel.addEventListener("input", (event) => {
    if (!event.target.closest("#decide")) return;
    panel.dataset.dirty = "yes";
    if (event.target.closest("#edit")) {
      clearTimeout(previewTimer);
      previewTimer = setTimeout(preview, 150);
    }
  });
  panel.addEventListener("toggle", async (event) => {
    const details = event.target;
    if (details.id === "edit" && details.open) preview();
    if (!details.open || !details.dataset.load) return;
    const from = details.dataset.load;
    delete details.dataset.load;
    const response = await fetch(from, { headers: { "X-Fragment": "thread" } }).catch(() => null);
    if (!response?.ok) { details.dataset.load = from; return; }
    details.querySelector("div").innerHTML = await response.text();
    tellTimes(details);
  }, true);
  tellTimes();
}

export function press(selector) {
  const button = panel.querySelector(selector);
  if (button && !button.disabled) button.click();
}

export function unfold(selector, inside) {
  const details = panel.querySelector(selector);
  if (!details) return;
  details.open = true;
  details.querySelector(inside)?.focus();
}
