// Times in the reader's zone and language, and how much is left, kept true while the page is open.

import { say } from "./words.js";

const lang = document.documentElement.lang;
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "always", style: "long" });
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function inUnits(seconds) {
  const size = Math.abs(seconds);
  const [unit, length] = STEPS.find(([, length]) => size >= length * 1.2) ?? STEPS.at(-1);
  return [Math.trunc(seconds / length), unit];
}

function left(seconds) {
  if (seconds <= 0) return say("timeup");
  const [count, unit] = inUnits(seconds);
  const time = new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count);
  return say("left", { time });
}

function stamp(at) {
  const near = Math.abs(at - Date.now()) < 20 * 3600 * 1000;
  const day = near ? {} : { year: "numeric", month: "2-digit", day: "2-digit" };
  return new Intl.DateTimeFormat(lang, { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
}

export function tellTimes(root = document) {
  for (const time of root.querySelectorAll("time.stamp")) {
    time.textContent = stamp(new Date(time.dateTime));
    time.title = new Date(time.dateTime).toLocaleString(lang);
  }
  tick(root);
}

function tick(root = document) {
  for (const time of root.querySelectorAll("time.ago, time.left")) {
    const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
    const isDeadline = time.classList.contains("left");
    if (!isDeadline && seconds > -5) continue;
    const text = isDeadline ? left(seconds) : relative.format(...inUnits(seconds));
    if (time.textContent !== text) time.textContent = text;
    time.classList.toggle("soon", isDeadline && seconds < 120);
  }
}

setInterval(tick, 1000);
