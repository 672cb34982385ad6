// Dialogs: opened by data-opens, closed by data-closes; a form with data-confirm asks first.
const box = () => document.getElementById("confirm-dialog");
let waiting = null;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-confirm-yes]")) {
    box().close("yes");
    waiting?.form.requestSubmit(waiting.submitter);
    return;
  }
  const dialog = event.target.closest("dialog");
  if (dialog && (event.target === dialog || event.target.closest("[data-closes]"))) dialog.close();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!box() || !form.dataset.confirm || form === waiting?.form) return;
  event.preventDefault();
  waiting = { form, submitter: event.submitter };
  box().querySelector("[data-confirm-text]").textContent = form.dataset.confirm;
  box().querySelector("[data-confirm-yes]").textContent =
    form.dataset.confirmLabel ?? event.submitter?.textContent.trim() ?? "";
  box().showModal();
});

document.addEventListener(
  "close",
  (event) => {
    if (event.target !== box()) return;
    if (box().returnValue !== "yes") {
      waiting?.submitter?.focus();
      waiting = null;
    }
    box().returnValue = "";
  },
  { capture: true },
);

// A second press of the same button must not send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 3000);
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  waiting = null;
});
