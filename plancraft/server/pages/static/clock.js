// Times in the reader's zone and language, and how much is left, kept true while the page is open.

const lang = document.documentElement.lang;
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "always", style: "long" });
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function inWords(seconds) {
  const size = Math.abs(seconds);
  const [unit, length] = STEPS.find(([, length]) => size >= length * 1.2) ?? STEPS.at(-1);
  return relative.format(Math.trunc(seconds / length), unit);
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
  const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
  for (const time of root.querySelectorAll("time.ago, time.left")) {
    const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
    if (time.classList.contains("ago") && seconds > -5) continue;
    const over = time.classList.contains("left") && seconds <= 0;
    const text = over ? words.timeup ?? time.textContent : inWords(seconds);
    if (time.textContent !== text) time.textContent = text;
    time.classList.toggle("soon", time.classList.contains("left") && seconds < 120);
  }
}

setInterval(tick, 1000);
