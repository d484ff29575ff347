// Playing with the keyboard: 1 to 4 choose, Enter confirms, t opens the trail, d the dossier.
document.documentElement.classList.add("scripted");

const moment = document.querySelector("[data-focus-on-hash]");
if (location.hash === "#moment" && moment) moment.focus();
document.querySelector("[data-focus]")?.focus();

// The dossier stays as it was left, on this device.
const dossier = document.getElementById("dossier");
const KEY = "weegschaal:dossier";
if (dossier) {
  const kept = localStorage.getItem(KEY);
  if (kept !== null) dossier.open = kept === "open";
  dossier.addEventListener("toggle", () => localStorage.setItem(KEY, dossier.open ? "open" : "closed"));
}

const isTyping = (target) => target.closest("textarea, select, input:not([type=radio])");

if (document.body.dataset.shortcuts === "on") {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const form = document.querySelector("form[data-choices]");
    const options = form ? [...form.querySelectorAll("input[type=radio]")] : [];
    const number = Number(event.key);
    if (options[number - 1]) {
      options[number - 1].checked = true;
      options[number - 1].focus();
    } else if (event.key === "Enter" && event.target.type === "radio" && form?.contains(event.target)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "t") {
      document.querySelector("[data-trail]")?.click();
    } else if (event.key === "d" && dossier) {
      dossier.open = !dossier.open;
      dossier.querySelector("summary").focus();
    }
  });
}
