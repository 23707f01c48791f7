// The inbox: list, open request, news, keys. The server renders all of it; this swaps and counts.

import { follow } from "./live.js";
import { tellTimes } from "./clock.js";
import { article, isDirty, isOpen, listen, notice, press, put, unfold } from "./panel.js";
import { keysFor } from "./keys.js";
import { selection } from "./selection.js";

const page = document.getElementById("page");
const rows = document.getElementById("rows");
const news = document.getElementById("news");
const words = JSON.parse(document.getElementById("words").textContent);
const { me, csrf, tab } = page.dataset;
const fresh = new Set();
const mine = new Set(); // what this page decides itself; the news of it is none

const row = (id) => rows.querySelector(`#row-${CSS.escape(id)}`);
const allRows = () => [...rows.querySelectorAll("li.row")];
const fragment = (path, more = {}) => fetch(path, { ...more, headers: { "X-Fragment": "1", "X-CSRF-Token": csrf, ...more.headers } });

function count(response) {
  const pending = response.headers.get("X-Pending");
  if (pending !== null) document.getElementById("pending").textContent = pending;
}

// -- opening

async function open(id, { focus = true, push = true } = {}) {
  const response = await fragment(`/hitl/requests/${id}`).catch(() => null);
  if (!response?.ok) return response?.status === 401 ? location.reload() : notice(words.failed);
  count(response);
  put(await response.text(), { focus });
  document.body.classList.add("chosen");
  for (const one of allRows()) {
    const is = one.dataset.id === id;
    one.classList.toggle("open", is);
    const link = one.querySelector("a");
    is ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    if (is) one.scrollIntoView({ block: "nearest" });
  }
  if (push) {
    const address = new URL(location.href);
    address.searchParams.set("open", id);
    history.pushState({ id }, "", address);
  }
  document.querySelector(".right").scrollTop = 0;
  look();
}

function close() {
  document.body.classList.remove("chosen");
  rows.querySelector("li.row.open a")?.focus();
}

function neighbour(by, from = article()?.dataset.id) {
  const all = allRows();
  const at = all.findIndex((one) => one.dataset.id === from);
  return all[at + by]?.dataset.id;
}

function nextOpen(from) {
  const all = allRows();
  const at = all.findIndex((one) => one.dataset.id === from);
  const pending = (one) => !one.classList.contains("settled") && one.dataset.id !== from;
  return (all.slice(at + 1).find(pending) ?? all.find(pending))?.dataset.id;
}

async function refreshRow(id) {
  if (!row(id)) return;
  const response = await fragment(`/hitl/requests/${id}/row`).catch(() => null);
  if (!response?.ok || !row(id)) return;
  count(response);
  const old = row(id);
  const made = document.createRange().createContextualFragment(await response.text()).firstElementChild;
  made.classList.toggle("open", old.classList.contains("open"));
  if (old.classList.contains("open")) made.querySelector("a").setAttribute("aria-current", "true");
  const ticked = old.querySelector(".select")?.checked && made.querySelector(".select");
  if (ticked) ticked.checked = true;
  if (old.isConnected) old.replaceWith(made);
  tellTimes(made);
  picked.show();
}

async function refreshRows() {
  const response = await fragment(`/hitl/rows${location.search}`).catch(() => null);
  if (!response?.ok) return;
  count(response);
  const current = article()?.dataset.id;
  rows.innerHTML = await response.text();
  for (const id of fresh) row(id)?.classList.add("fresh");
  fresh.clear();
  news.hidden = true;
  row(current)?.classList.add("open");
  tellTimes(rows);
  picked.show();
  if (!article() && nextOpen()) open(nextOpen(), { focus: false });
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
news.addEventListener("click", refreshRows);

// -- deciding

const SAID = { approve: "approved", reject: "rejected", answer: "answered" };
const toast = document.getElementById("toast");
const undoButton = document.getElementById("undo");
let undoable = []; // ids, with when that ends
let ends = 0;

function say(text, { bad = false, ids = [], seconds = 0 } = {}) {
  document.getElementById("toast-text").textContent = text;
  toast.hidden = false;
  toast.classList.toggle("bad", bad);
  undoable = ids;
  ends = Date.now() + seconds * 1000;
  countDown();
}

function countDown() {
  const left = Math.ceil((ends - Date.now()) / 1000);
  undoButton.hidden = !undoable.length || left <= 0;
  undoButton.firstElementChild.textContent = undoButton.dataset.words.replace("{seconds}", Math.max(left, 0));
  if (left <= -20 && !toast.hidden) toast.hidden = true;
}
setInterval(countDown, 250);

async function undo() {
  if (!undoable.length || Date.now() >= ends) return;
  const ids = undoable;
  undoable = [];
  countDown();
  let last, title = "";
  for (const id of ids) {
    mine.add(id);
    const response = await fragment(`/hitl/requests/${id}/undo`, { method: "POST" }).catch(() => null);
    if (!response?.ok) { await open(id); notice(words.failed); continue; }
    last = await response.text();
    await refreshRow(id);
  }
  if (last) {
    put(last, { focus: true });
    title = article()?.dataset.title ?? "";
    say(words.undone.replace("{title}", title));
    const id = article()?.dataset.id;
    for (const one of allRows()) one.classList.toggle("open", one.dataset.id === id);
  }
}
undoButton.addEventListener("click", undo);

listen(async ({ outcome, html, does, held, title, id }) => {
  mine.add(id);
  if (outcome !== "decided") {
    put(html, { focus: outcome !== "open" });
    return refreshRow(id);
  }
  const said = words[SAID[does]] ?? words.answered;
  say(said.replace("{title}", title), { ids: [id], seconds: held });
  const next = nextOpen(id);
  await refreshRow(id);
  if (next) await open(next);
  else put(html, { focus: true });
});

// -- several at once

const picked = selection(rows, document.getElementById("batch"), async (action, reason, chosen) => {
  const decisions = chosen.map((one) => ({ id: one.dataset.id, action, reason: reason || null, seen: one.dataset.digest }));
  chosen.forEach((one) => mine.add(one.dataset.id));
  const body = JSON.stringify({ decisions });
  const response = await fragment("/hitl/decide", { method: "POST", body, headers: { "Content-Type": "application/json" } }).catch(() => null);
  if (!response?.ok) return say(words.failed, { bad: true });
  const { results } = await response.json();
  const done = results.filter((one) => one.status === 200).map((one) => one.id);
  const bad = results.length - done.length;
  const problems = [...new Set(results.filter((one) => one.problem).map((one) => one.problem.detail))];
  const text = words.batch.replace("{done}", done.length).replace("{refused}", bad);
  say([text, ...problems].join(" · "), { bad: bad > 0, ids: done, seconds: 10 });
  for (const one of results) await refreshRow(one.id);
  const next = nextOpen(article()?.dataset.id ?? "");
  if (done.includes(article()?.dataset.id) && next) open(next);
});

// -- news

async function heard(message) {
  const id = message.request?.id ?? message.request_id;
  if (message.type === "approval_request") {
    if (tab !== "pending" || row(id)) return;
    fresh.add(id);
    news.textContent = news.dataset.words.replace("{count}", fresh.size);
    news.hidden = false;
    const response = await fragment(`/hitl/requests/${id}/row`).catch(() => null);
    if (response?.ok) count(response);
    if (!rows.querySelector("li.row")) refreshRows();
    return;
  }
  if (fresh.has(id) && message.status !== "pending") {
    fresh.delete(id);
    news.textContent = news.dataset.words.replace("{count}", fresh.size);
    news.hidden = !fresh.size;
  }
  await refreshRow(id);
  if (mine.delete(id) || article()?.dataset.id !== id) return;
  if (isDirty() && message.status !== "pending") notice(words.elsewhere);
  else if (!isDirty()) open(id, { focus: false, push: false });
}
follow(page.dataset.head, heard);

// -- who else looks

async function look() {
  const id = article()?.dataset.id;
  if (!id || document.hidden || !isOpen()) return;
  const body = JSON.stringify({ id });
  const response = await fragment("/hitl/looking", { method: "POST", body, headers: { "Content-Type": "application/json" } }).catch(() => null);
  if (!response?.ok || article()?.dataset.id !== id) return;
  const { others } = await response.json();
  const place = document.getElementById("looking");
  if (!place) return;
  place.hidden = !others.length;
  place.textContent = words.looking.replace("{names}", others.join(", "));
}
setInterval(look, 8000);
document.addEventListener("visibilitychange", look);
look();

// -- keys

keysFor({
  j: () => neighbour(1) && open(neighbour(1)),
  k: () => neighbour(-1) && open(neighbour(-1)),
  a: () => press(document.getElementById("edit")?.open ? "#edit button.main" : "#approve"),
  e: () => unfold("#edit", "input:not([type=hidden]), textarea, select"),
  r: () => (document.getElementById("reject-now") ? press("#reject-now") : unfold("#reject", "input[type=radio]")),
  x: () => picked.toggle(article()?.dataset.id, false),
  X: () => picked.toggle(article()?.dataset.id, true),
  u: undo,
  "/": () => document.getElementById("search").focus(),
  "?": () => {
    const help = document.getElementById("help");
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  },
}, { number: (at) => document.querySelectorAll("#panel div.options button.option")[at - 1]?.click(), escape: close });
