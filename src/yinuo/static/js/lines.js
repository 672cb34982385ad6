// Line items: "Add a line" copies the blank one, and the totals follow what is typed.
const cents = (text) => {
  const plain = text.replace(/[,，¥\s]/g, "");
  return /^-?\d+(\.\d{0,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
};

function total(sheet, column) {
  const output = sheet.querySelector(`[data-total=${column}]`);
  if (!output) return;
  let sum = 0;
  for (const input of sheet.querySelectorAll(`tbody input[name$="-${column}"]`)) sum += cents(input.value);
  output.textContent = `¥${(sum / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })}`;
}

document.addEventListener("input", (event) => {
  const sheet = event.target.closest("[data-lines]");
  if (!sheet) return;
  total(sheet, "asked");
  total(sheet, "approved");
});

document.addEventListener("click", (event) => {
  const sheet = event.target.closest("[data-add-line]")?.closest("[data-lines]");
  const blank = sheet?.querySelector("[data-blank-line]");
  if (!blank) return;
  event.preventDefault();
  const body = sheet.querySelector("tbody");
  body.insertAdjacentHTML("beforeend", blank.innerHTML.replaceAll("__n__", String(body.rows.length)));
  body.rows[body.rows.length - 1].querySelector("select, input")?.focus();
});
