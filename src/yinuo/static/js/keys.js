// Keyboard for lists: j and k move, Enter opens (it is a link), / searches, ? helps.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

const lines = () =>
  [...document.querySelectorAll("[data-list] > *")]
    .map((row) => row.querySelector("a[href]"))
    .filter((link) => link !== null && link.offsetParent !== null);

function move(step) {
  const links = lines();
  if (links.length === 0) return;
  const row = document.activeElement?.closest("[data-list] > *");
  const at = row ? links.findIndex((link) => row.contains(link)) : -1;
  const next = at === -1 ? (step > 0 ? 0 : links.length - 1) : at + step;
  const link = links[Math.min(links.length - 1, Math.max(0, next))];
  link.focus();
  link.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target)) {
    if (event.key === "Escape" && event.target.matches("[data-search]")) event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  switch (event.key) {
    case "j":
      move(1);
      break;
    case "k":
      move(-1);
      break;
    case "/":
      document.querySelector("[data-search]")?.focus();
      break;
    case "?":
      document.getElementById("keys-dialog")?.showModal();
      break;
    default:
      return;
  }
  event.preventDefault();
});
