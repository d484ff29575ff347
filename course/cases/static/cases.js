// Playing with the keyboard: 1 to 5 choose, Enter confirms, t opens the trail and leads back from it,
// d the dossier. Besides: what changed is said once, and pages print and copy themselves.
import { countAsYouType } from "../lessons/counting.js";
import { listenToKeys } from "../lessons/keys.js";

document.documentElement.classList.add("scripted");
countAsYouType(document);

const moment = document.querySelector("[data-focus-on-hash]");
if (location.hash === "#moment" && moment) moment.focus();
document.querySelector("[data-focus]")?.focus();

// What changed on the ledgers, to who cannot see it: once, right after the choice.
const announced = document.querySelector("[data-announce]");
const SAID = "weegschaal:announced";
if (announced?.dataset.announce && location.hash === "#moment" && sessionStorage.getItem(SAID) !== announced.dataset.once) {
  sessionStorage.setItem(SAID, announced.dataset.once);
  setTimeout(() => { announced.textContent = announced.dataset.announce; }, 400);
}

// The dossier stays as it was left, on this device; who goes there wants it open.
const dossier = document.getElementById("dossier");
const KEY = "weegschaal:dossier";
if (dossier) {
  const kept = localStorage.getItem(KEY);
  if (kept !== null) dossier.open = kept === "open";
  dossier.addEventListener("toggle", () => localStorage.setItem(KEY, dossier.open ? "open" : "closed"));
  document.querySelector(".to-dossier")?.addEventListener("click", () => {
    dossier.open = true;
    dossier.querySelector("summary").focus();
  });
}

// A map that is wider than the screen begins in its middle, where the case begins.
const map = document.querySelector(".map");
if (map) map.scrollLeft = (map.scrollWidth - map.clientWidth) / 2;

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
const folded = document.querySelectorAll("details[data-print-open]");
addEventListener("beforeprint", () => folded.forEach((item) => { item.open = true; }));

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText);
    document.querySelector("[data-copied]").textContent = button.dataset.doneText;
  });
}

const isTyping = (target) => target.closest("textarea, select, input:not([type=radio])");

if (document.body.dataset.shortcuts === "on") {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const form = document.querySelector("form[data-choices]");
    const options = form ? [...form.querySelectorAll("input[type=radio]")] : [];
    const only = form && !options.length ? form.querySelector("button") : null;
    const number = Number(event.key);
    if (options[number - 1]) {
      options[number - 1].checked = true;
      options[number - 1].focus();
    } else if (only && number === 1) {
      only.focus();
    } else if (event.key === "Enter" && event.target.type === "radio" && form?.contains(event.target)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "t") {
      (document.querySelector("[data-trail]") ?? document.querySelector("main .actions .go"))?.click();
    } else if (event.key === "d" && dossier) {
      dossier.open = !dossier.open;
      dossier.querySelector("summary").focus();
    } else return;
    event.preventDefault();
  });
  listenToKeys(document);
}
