// Keeps the ring and the words of running promises true while the page stays open. The server's
// words arrive as JSON, so that the same sentence is written in both places.
const meta = document.querySelector("meta[name=countdown-words]");
const words = meta ? JSON.parse(meta.content) : null;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

function span(length) {
  if (length < MINUTE) return words.moment;
  const d = Math.floor(length / DAY);
  const h = Math.floor((length % DAY) / HOUR);
  const m = Math.floor((length % HOUR) / MINUTE);
  if (d >= 2) return fill(words.days, { n: d });
  if (d && h) return fill(words.dayHours, { h });
  if (d) return fill(words.day, { n: 1 });
  if (h >= 3 || (h && !m)) return fill(words.hours, { h });
  if (h) return fill(words.hoursMinutes, { h, m });
  return fill(words.minutes, { m });
}

function refresh(chip, now) {
  const due = Date.parse(chip.dataset.due);
  const started = Date.parse(chip.dataset.started);
  const soon = chip.dataset.soon ? Date.parse(chip.dataset.soon) : Infinity;
  const left = chip.querySelector("[data-left]");
  if (now > due) {
    chip.dataset.state = "broken";
    left.textContent = fill(words.late, { span: span(now - due) });
  } else {
    if (now >= soon) chip.dataset.state = "soon";
    left.textContent = fill(words.left, { span: span(due - now) });
  }
  const share = Math.min(1, Math.max(0, (due - now) / (due - started)));
  chip.querySelector("[data-ring]")?.setAttribute("stroke-dasharray", `${Math.round(share * 100)} 100`);
}

function refreshAll() {
  if (document.hidden || document.documentElement.dataset.frozen) return;
  const now = Date.now();
  for (const chip of document.querySelectorAll("[data-promise][data-due]")) refresh(chip, now);
}

if (words) {
  setInterval(refreshAll, 30_000);
  document.addEventListener("visibilitychange", refreshAll);
}
