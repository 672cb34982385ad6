// Chips and menus are <details>. With a script they also open on hover, and close on Escape,
// on a click elsewhere and when another one opens.
const FLOATING = "details.promise, details.menu";
const WAIT = 250;
const timers = new WeakMap();

const closeAll = (except) => {
  for (const details of document.querySelectorAll(FLOATING)) {
    if (details.open && details !== except && !details.contains(except)) {
      details.open = false;
      delete details.dataset.hovered;
    }
  }
};

document.addEventListener("click", (event) => {
  const inside = event.target.closest(FLOATING);
  const summary = event.target.closest("summary");
  if (inside && summary && inside.dataset.hovered) {
    // The pointer has opened it already; the click keeps it open instead of closing it.
    delete inside.dataset.hovered;
    event.preventDefault();
  }
  closeAll(inside);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.activeElement?.closest(FLOATING);
  closeAll(null);
  if (open) open.querySelector("summary").focus();
});

if (matchMedia("(hover: hover) and (min-width: 641px)").matches) {
  document.addEventListener("pointerover", (event) => {
    const chip = event.target.closest("details.promise");
    if (!chip) return;
    clearTimeout(timers.get(chip));
    if (chip.open || !event.target.closest("summary")) return;
    timers.set(
      chip,
      setTimeout(() => {
        closeAll(chip);
        chip.open = true;
        chip.dataset.hovered = "yes";
      }, WAIT),
    );
  });
  document.addEventListener("pointerout", (event) => {
    const chip = event.target.closest("details.promise");
    if (!chip || chip.contains(event.relatedTarget)) return;
    clearTimeout(timers.get(chip));
    if (!chip.dataset.hovered) return;
    timers.set(
      chip,
      setTimeout(() => {
        chip.open = false;
        delete chip.dataset.hovered;
      }, WAIT),
    );
  });
}

document.querySelector("[data-focus]")?.focus();
