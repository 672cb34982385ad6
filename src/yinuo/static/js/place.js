// Where the phone is: a button fills latitude and longitude; arriving sends them along if allowed.
const OPTIONS = { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 };

const fields = (scope) => ({
  latitude: scope.querySelector("[name=latitude]"),
  longitude: scope.querySelector("[name=longitude]"),
});

function locate(scope, done) {
  const { latitude, longitude } = fields(scope);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      latitude.value = coords.latitude.toFixed(6);
      longitude.value = coords.longitude.toFixed(6);
      latitude.dispatchEvent(new Event("input", { bubbles: true }));
      done();
    },
    done,
    OPTIONS,
  );
}

function start() {
  if (!navigator.geolocation) return;
  for (const button of document.querySelectorAll("[data-locate]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-locate]");
  if (!button) return;
  button.disabled = true;
  locate(button.closest("[data-place]"), () => {
    button.disabled = false;
  });
});

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("form[data-place]") || form.dataset.located || !navigator.geolocation) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.located = "yes";
    locate(form, () => form.requestSubmit());
  },
  { capture: true },
);

start();
document.addEventListener("yinuo:page", start);
