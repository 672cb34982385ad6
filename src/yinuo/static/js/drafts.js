// <form data-draft="name"> keeps what was typed on this device until it is sent, for one day.
// Fields marked data-private, passwords and files are never kept.
const LIFE = 24 * 60 * 60 * 1000;
const reader = document.body.dataset.reader ?? "";
const keyOf = (form) => `yinuo-draft:${reader}:${form.dataset.draft}`;

const kept = (control) =>
  control.name &&
  !control.matches("[data-private], [type=password], [type=file], [type=hidden], [type=submit], button");

function read(form) {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(form)));
    return draft && Date.now() - draft.at < LIFE ? draft.values : null;
  } catch {
    return null;
  }
}

function write(form) {
  const values = [];
  for (const control of form.elements) {
    if (!kept(control)) continue;
    if (control.matches("[type=radio], [type=checkbox]")) {
      if (control.checked) values.push([control.name, control.value]);
    } else if (control.value) {
      values.push([control.name, control.value]);
    }
  }
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values }));
  } catch {
    // A full or forbidden store only means that there is no draft.
  }
}

function restore(form, values) {
  const given = new Map();
  for (const [name, value] of values) given.set(name, [...(given.get(name) ?? []), value]);
  for (const control of form.elements) {
    const remembered = given.get(control.name);
    if (!kept(control) || !remembered) continue;
    if (control.matches("[type=radio], [type=checkbox]")) {
      control.checked = remembered.includes(control.value);
    } else if (!control.value) {
      control.value = remembered[0];
    }
  }
}

function tidy() {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith("yinuo-draft:")) continue;
    try {
      if (Date.now() - JSON.parse(localStorage.getItem(key)).at >= LIFE) localStorage.removeItem(key);
    } catch {
      localStorage.removeItem(key);
    }
  }
}

try {
  tidy();
} catch {
  // Without a store there is nothing to tidy.
}

// What the server sends back after an error is newer than any draft.
const refused = (form) =>
  form.querySelector("[data-invalid]") !== null || document.getElementById("error-summary") !== null;

function start() {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const values = read(form);
    if (values && !refused(form)) restore(form, values);
  }
  // A page that follows a sent form names the draft that is no longer needed.
  for (const done of document.querySelectorAll("[data-draft-done]")) {
    try {
      localStorage.removeItem(`yinuo-draft:${reader}:${done.dataset.draftDone}`);
    } catch {
      // Without a store there is nothing to remove.
    }
  }
}

let timer;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(() => write(form), 400);
});

start();
document.addEventListener("yinuo:page", start);
