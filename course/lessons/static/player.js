// What a lesson page does beyond links and forms. Everything here is an improvement: without it
// the page works with its own buttons.
import { keepSaved } from "./autosave.js";
import { countAsYouType } from "./counting.js";
import { listenToKeys } from "./keys.js";

document.documentElement.classList.add("scripted");

for (const form of document.querySelectorAll("form[data-autosave], form[data-keep-local]")) {
  keepSaved(form);
}
countAsYouType(document);
if (document.body.dataset.shortcuts === "on") listenToKeys(document);

// After a form was refused, or an answer opened its result: go there, so that it is read first.
const first = document.querySelector("[data-focus]")
  || (location.hash === "#result" && document.querySelector("[data-focus-on-hash]"));
if (first) first.focus();

// Remember this step after a few seconds, so that another device goes on here.
const { here, csrf } = document.body.dataset;
if (here) {
  setTimeout(() => {
    if (document.visibilityState !== "visible") return;
    fetch(here, { method: "POST", headers: { "X-CSRFToken": csrf, Accept: "application/json" } }).catch(() => {});
  }, 2500);
}
