// The bench by keyboard alone: every answer and outcome has a key, Ctrl+Enter sends what was
// written, and the clock of the call runs. Without this script the same buttons are pressed.
const typing = (target) =>
  target.closest("textarea, select, input:not([type=checkbox], [type=radio])") !== null;

let sent = false;

document.addEventListener("submit", () => {
  // A key that is held down would answer the next question too.
  sent = true;
});
window.addEventListener("pageshow", () => {
  sent = false;
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.repeat || sent) return;
  const main = document.getElementById("main");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const send = main.querySelector("[data-send]");
    if (send === null) return;
    event.preventDefault();
    send.click();
    return;
  }
  if (event.ctrlKey || event.metaKey || typing(event.target)) return;
  if (event.target.matches("[type=checkbox]") && event.key === "Enter") {
    event.preventDefault();
    main.querySelector("[data-send]")?.click();
    return;
  }
  const wanted = main.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (wanted === null) return;
  event.preventDefault();
  wanted.click();
  if (wanted.matches("summary")) main.querySelector("[name=next_at]")?.focus();
  if (wanted.matches("[type=checkbox]")) wanted.focus();
});

const timer = document.querySelector("[data-since]");
if (timer !== null) {
  const since = Date.parse(timer.dataset.since);
  const show = () => {
    const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
    const two = (number) => String(number).padStart(2, "0");
    timer.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  };
  show();
  setInterval(show, 1000);
}

// The browser gives the focus only when it paints: a key pressed before would be an outcome.
document.querySelector("main [data-words], main [autofocus]")?.focus();
