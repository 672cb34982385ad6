// Photos: a preview of what was chosen, dropping files, and how much of it has been sent.
function preview(field, files) {
  const place = field.querySelector(".previews");
  for (const image of place.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  place.replaceChildren(
    ...[...files].map((file) => {
      const figure = document.createElement("figure");
      if (file.type.startsWith("image/")) {
        const image = document.createElement("img");
        image.src = URL.createObjectURL(file);
        image.alt = "";
        figure.append(image);
      }
      const caption = document.createElement("figcaption");
      caption.textContent = `${file.name} · ${(file.size / 1_048_576).toFixed(1)} MB`;
      figure.append(caption);
      return figure;
    }),
  );
}

let shown = false;

// The answer is shown as it came: asking for it again would lose its one-time notices.
function show(request) {
  const type = request.getResponseHeader("Content-Type") ?? "";
  if (!type.startsWith("text/html")) {
    location.assign(request.responseURL);
    return;
  }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  history.pushState(null, "", request.responseURL);
  shown = true;
  document.title = page.title;
  document.body.replaceWith(page.body);
  document.dispatchEvent(new Event("yinuo:page"));
  (document.getElementById("error-summary") ?? document.getElementById("main"))?.focus();
  scrollTo(0, 0);
}

function send(form, submitter, bar) {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = (event.loaded / event.total) * 100;
  });
  request.addEventListener("load", () => show(request));
  request.addEventListener("error", () => {
    bar.hidden = true;
    delete form.dataset.sent;
    delete form.dataset.sending;
  });
  bar.hidden = false;
  form.dataset.sending = "yes";
  request.send(new FormData(form, submitter));
}

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-upload]");
  if (field && event.target.type === "file") preview(field, event.target.files);
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const drop = event.target.closest?.("[data-upload] .drop");
    if (!drop) return;
    drop.classList.toggle("over", name === "dragover");
    if (name === "dragleave") return;
    event.preventDefault();
    if (name === "drop" && event.dataTransfer.files.length) {
      const input = drop.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      preview(drop.closest("[data-upload]"), input.files);
    }
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const input = form.querySelector("[data-upload] input[type=file]");
  const bar = form.querySelector(".upload-progress");
  if (event.defaultPrevented || !input?.files.length || !bar) return;
  event.preventDefault();
  if (!form.dataset.sending) send(form, event.submitter, bar);
});

// Back and forward after a shown answer fetch the real page.
addEventListener("popstate", () => {
  if (shown) location.reload();
});

