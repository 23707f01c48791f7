// The inbox: list, open request, news, keys. The server renders all of it; this swaps and counts.

import { ask } from "./asking.js";
import { tellTimes } from "./clock.js";
import { keysFor } from "./keys.js";
import { follow } from "./live.js";
import { article, hold, isDirty, listen, notice, put, shownId } from "./panel.js";
import { look } from "./presence.js";
import { selection } from "./selection.js";
import { onUndo, tell } from "./toast.js";
import { say } from "./words.js";

const page = document.getElementById("page");
const rows = document.getElementById("rows");
const news = document.getElementById("news");
const { tab } = page.dataset;
const fresh = new Set();
const mine = new Set(); // what this page decides itself; the news of it is none

const row = (id) => rows.querySelector(`#row-${CSS.escape(id)}`);
const allRows = () => [...rows.querySelectorAll("li.row")];
const elementOf = (html) => document.createRange().createContextualFragment(html).firstElementChild;

let counting;
function count() {
  clearTimeout(counting);
  counting = setTimeout(async () => {
    const response = await ask("/hitl/pending");
    if (response?.ok) document.getElementById("pending").textContent = (await response.json()).pending;
  }, 150);
}

// -- opening

let wanted = 0; // the newest wish; what answers an older one comes too late

async function open(id, { focus = true, push = true, next = false, unless = () => false } = {}) {
  const wish = ++wanted;
  hold(true);
  const response = await ask(`/hitl/requests/${id}`);
  const html = response?.ok ? await response.text() : null;
  if (wish !== wanted) return;
  hold(false);
  if (html === null) return notice(say("unreachable"));
  if (unless()) return;
  put(html, { focus, next });
  document.body.classList.add("chosen");
  mark(id);
  row(id)?.scrollIntoView({ block: "nearest" });
  if (push) {
    const address = new URL(location.href);
    address.searchParams.set("open", id);
    history.pushState({ id }, "", address);
  }
  document.querySelector(".right").scrollTop = 0;
  look();
}

function mark(id) {
  for (const one of allRows()) {
    const is = one.dataset.id === id;
    one.classList.toggle("open", is);
    const link = one.querySelector("a");
    is ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
}

function close() {
  document.body.classList.remove("chosen");
  rows.querySelector("li.row.open a")?.focus();
}

let at = null; // where J and K have come to, while the request is still on its way

function go(by) {
  const all = allRows();
  const from = all.findIndex((one) => one.dataset.id === (at ?? shownId()));
  const to = all[from + by]?.dataset.id;
  if (!to) return;
  at = to;
  open(to).finally(() => { if (at === to) at = null; });
}

function nextOpen(from) {
  const all = allRows();
  const place = all.findIndex((one) => one.dataset.id === from);
  const pending = (one) => !one.classList.contains("settled") && one.dataset.id !== from;
  return (all.slice(place + 1).find(pending) ?? all.find(pending))?.dataset.id;
}

async function goOn(id, html = null) {
  if (!nextOpen(id) && tab === "pending") await refreshRows(); // those behind the first page
  const next = nextOpen(id);
  if (next) return open(next, { next: true });
  return html === null ? open(id, { push: false }) : put(html, { focus: true });
}

async function refreshRow(id) {
  if (!row(id)) return;
  const response = await ask(`/hitl/requests/${id}/row${location.search}`);
  if (!response?.ok || !row(id)) return;
  const html = await response.text();
  await picked.keeping(() => {
    const old = row(id);
    if (!old) return;
    const made = elementOf(html);
    old.replaceWith(made);
    tellTimes(made);
    mark(shownId());
  });
}

async function refreshRows() {
  const response = await ask(`/hitl/rows${location.search}`);
  if (!response?.ok) return;
  const html = await response.text();
  await picked.keeping(() => {
    rows.innerHTML = html;
    fresh.clear();
    tellNews();
    tellTimes(rows);
    mark(shownId());
  });
  if (!article() && nextOpen()) open(nextOpen(), { focus: false, push: false });
}

async function showNews() {
  const ids = [...fresh];
  fresh.clear();
  tellNews();
  const list = rows.querySelector("ul");
  if (!list) return refreshRows();
  for (const id of ids) {
    const response = await ask(`/hitl/requests/${id}/row${location.search}`);
    if (!response?.ok || row(id)) continue;
    const made = elementOf(await response.text());
    made.classList.add("fresh");
    list.append(made);
    tellTimes(made);
  }
  row(ids[0])?.scrollIntoView({ block: "nearest" });
}

function tellNews() {
  news.textContent = say("news", { count: fresh.size });
  news.hidden = !fresh.size;
}

rows.addEventListener("click", (event) => {
  const link = event.target.closest("li.row a");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  open(link.closest("li.row").dataset.id);
});
addEventListener("popstate", () => {
  const id = new URL(location.href).searchParams.get("open");
  if (id) open(id, { push: false });
  else close();
});
news.addEventListener("click", showNews);
for (const form of document.querySelectorAll("form.languages")) {
  form.addEventListener("submit", () => { form.elements.back.value = location.pathname + location.search; });
}

// -- deciding

const SAID = { approve: "approved", reject: "rejected", answer: "answered" };

listen(async ({ outcome, html, does, held, title, id }) => {
  mine.add(id);
  const stays = shownId() === id;
  if (outcome !== "decided") {
    if (stays) put(html, { focus: outcome !== "open" });
    else tell(say("other", { title }), { bad: true });
    return refreshRow(id);
  }
  tell(say(SAID[does] ?? "answered", { title }), { undoable: [id], seconds: held });
  count();
  await refreshRow(id);
  if (stays && shownId() === id) await goOn(id, html);
});

const undo = onUndo(async (ids) => {
  const unheard = [];
  let last = null;
  for (const id of ids) {
    mine.add(id);
    const response = await ask(`/hitl/requests/${id}/undo`, { method: "POST" });
    if (!response) unheard.push(id);
    else if (response.ok) last = await response.text();
    else await open(id);
    await refreshRow(id);
  }
  count();
  if (unheard.length) notice(say("unreachable"));
  if (last === null) return unheard;
  put(last, { focus: true });
  mark(shownId());
  tell(say("undone", { title: article().dataset.title }));
  return unheard;
});

// -- several at once

const picked = selection(rows, document.getElementById("batch"), async (action, reason, chosen) => {
  const decisions = chosen.map((one) => ({ id: one.dataset.id, action, reason: reason || null, seen: one.dataset.digest }));
  chosen.forEach((one) => mine.add(one.dataset.id));
  const response = await ask("/hitl/decide", { json: { decisions } });
  if (!response?.ok) return tell(say("failed"), { bad: true });
  const { results } = await response.json();
  const done = results.filter((one) => one.status === 200).map((one) => one.id);
  const refused = results.filter((one) => one.problem);
  const text = say("batch", { done: done.length, refused: refused.length });
  const why = refused.length ? [refused[0].problem.detail] : [];
  tell([text, ...why].join(" · "), { bad: refused.length > 0, undoable: done, seconds: 10 });
  count();
  for (const one of results) await refreshRow(one.id);
  if (done.includes(shownId())) await goOn(shownId());
  return null;
});

// -- news

async function fits(id) {
  const filters = new URLSearchParams(location.search);
  if (!["text", "type", "priority", "assignee", "thread"].some((name) => filters.get(name))) return true;
  filters.delete("cursor");
  const response = await ask(`/hitl/rows?${filters}`);
  return response?.ok && (await response.text()).includes(`id="row-${id}"`);
}

async function heard(message) {
  const id = message.request?.id ?? message.request_id;
  count();
  if (message.type === "approval_request") {
    if (tab !== "pending" || row(id) || !(await fits(id))) return;
    if (!rows.querySelector("li.row")) return refreshRows();
    fresh.add(id);
    return tellNews();
  }
  if (message.status !== "pending" && fresh.delete(id)) tellNews();
  await refreshRow(id);
  if (mine.delete(id) || shownId() !== id) return;
  if (!isDirty()) return open(id, { focus: false, push: false, unless: isDirty });
  if (message.status !== "pending") tellOutcome(id);
}

async function tellOutcome(id) {
  const response = await ask(`/hitl/requests/${id}`);
  if (!response?.ok || shownId() !== id) return;
  const shown = new DOMParser().parseFromString(await response.text(), "text/html");
  const outcome = shown.querySelector(".outcome h3");
  if (outcome) notice(say("elsewhere", { outcome: outcome.textContent.trim() }));
}

follow(page.dataset.head, heard, () => {
  if (shownId() && !isDirty()) open(shownId(), { focus: false, push: false, unless: isDirty });
});
look();

// -- keys

keysFor({
  j: () => go(1),
  k: () => go(-1),
  x: () => picked.tick(shownId(), {}),
  X: () => picked.tick(shownId(), { range: true }),
  u: undo,
  "/": () => document.getElementById("search").focus(),
}, close);
