// What taking a quiz adds to forms: number keys, bars to point at, a count of points, a slider with
// no place beforehand, and a clock. Without it everything can be done with the fields themselves.
document.documentElement.classList.add("scripted");
const form = document.querySelector("form.questions");
const items = document.querySelectorAll("[data-item]");
const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

// --- Where one is: a new page begins at its item ---------------------------------------------------
const first = document.querySelector("[data-focus]") ?? (items.length === 1 && items[0].querySelector("[data-heading]"));
if (first) first.focus();

// Enter in a field leads nowhere; only a button does.
form?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input:not([type=file]), select")) event.preventDefault();
});

// --- 1 to 9 choose, where one thing is asked and nobody is typing ----------------------------------
if (document.body.dataset.shortcuts === "on" && items.length === 1) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
    // Of a row of its own (a rating, how sure one is) where the keyboard is; else of the item.
    const group = event.target.closest("[data-group]") ?? items[0].querySelector("fieldset");
    const box = group.querySelectorAll(":scope > .tiles input, :scope > .scale-steps input")[Number(event.key) - 1];
    if (!box) return;
    event.preventDefault();
    box.checked = box.type === "checkbox" ? !box.checked : true;
    box.focus();
    changed(box);
  });
}

// --- Pointing at a bar ticks its box ---------------------------------------------------------------
for (const bar of document.querySelectorAll("[data-bar]")) {
  const box = bar.closest("[data-item]")?.querySelector(`input[value="${bar.dataset.bar}"]`);
  if (!box) continue;
  const show = () => bar.classList.toggle("chosen", box.checked);
  bar.addEventListener("click", () => {
    box.checked = !box.checked;
    changed(box);
  });
  box.addEventListener("change", show);
  form?.addEventListener("filled", show);
  show();
}

// --- A hundred points ------------------------------------------------------------------------------
for (const list of document.querySelectorAll("[data-hundred]")) {
  const [shown, said] = list.parentElement.querySelectorAll("[data-hundred-shown], [data-hundred-said]");
  const { leftText, overText, doneText } = list.dataset;
  const rows = [...list.querySelectorAll("li")].map((row) => [row.querySelector("input"), row.querySelector("rect")]);
  let timer;
  const count = () => {
    for (const [input, bar] of rows) bar.setAttribute("width", Math.min(100, Math.max(0, Number(input.value) || 0)));
    const left = 100 - rows.reduce((sum, [input]) => sum + (Number(input.value) || 0), 0);
    shown.textContent = (left === 0 ? doneText : (left > 0 ? leftText : overText)).replace("{count}", Math.abs(left));
    shown.classList.toggle("done", left === 0);
    shown.classList.toggle("over", left < 0);
  };
  for (const [input] of rows) {
    for (const [sign, by, place] of [["−", -5, "before"], ["+", 5, "after"]]) {
      // For thumbs; with keys the arrows do the same, so these are no stops.
      const button = Object.assign(document.createElement("button"), { type: "button", className: "by", textContent: sign, tabIndex: -1, ariaHidden: "true" });
      button.addEventListener("click", () => {
        input.value = Math.min(100, Math.max(0, (Number(input.value) || 0) + by));
        input.dispatchEvent(new Event("input", { bubbles: true }));
        changed(input);
      });
      input[place](button);
    }
  }
  list.addEventListener("input", () => {
    count();
    clearTimeout(timer); // said when the typing stops, so that it does not talk through it
    timer = setTimeout(() => { said.textContent = shown.textContent; }, 700);
  });
  form?.addEventListener("filled", count);
  count();
}

// --- A slider beside its number: nothing is placed until it is touched ------------------------------
for (const box of document.querySelectorAll("[data-slider]")) {
  const field = box.querySelector("input");
  const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, step: 1 });
  range.setAttribute("aria-label", box.querySelector("label").textContent);
  const hint = box.querySelector("[data-unset]");
  const show = () => {
    const placed = field.value !== "";
    if (range.value !== field.value) range.value = placed ? field.value : 50;
    range.classList.toggle("unset", !placed);
    range.setAttribute("aria-valuetext", placed ? field.value : box.dataset.unsetText);
    hint.hidden = placed;
  };
  const place = (value) => {
    field.value = Math.min(100, Math.max(0, value));
    show();
    changed(field);
  };
  range.addEventListener("input", () => { field.value = range.value; show(); });
  range.addEventListener("change", () => place(Number(range.value)));
  // Pressed right in the middle nothing moves, and yet it is a place.
  range.addEventListener("click", () => { if (field.value === "") place(Number(range.value)); });
  range.addEventListener("keydown", (event) => {
    const by = { PageUp: 10, PageDown: -10 }[event.key];
    if (!by) return;
    event.preventDefault();
    place(Number(field.value || 50) + by);
  });
  field.addEventListener("input", show);
  form?.addEventListener("filled", show);
  box.prepend(range);
  show();
}

// --- What is answered, beside the item ---------------------------------------------------------------
form?.addEventListener("saved", ({ detail }) => {
  for (const [slug, state] of Object.entries(detail.states ?? {})) {
    const place = document.querySelector(`[data-place="${slug}"]`);
    if (!place) continue;
    place.dataset.state = state;
    place.querySelector("[data-state-words]").textContent = place.closest("[data-words-open]").dataset[`words${state[0].toUpperCase()}${state.slice(1)}`];
  }
});

// --- What cannot be marked as it stands: told at its item, and once more before one goes on -----------
let told = form?.querySelector("[data-lacks]:not([hidden])")?.textContent ?? "";
form?.addEventListener("saved", ({ detail }) => {
  for (const [slug, words] of Object.entries(detail.lacks ?? {})) {
    const line = document.getElementById(`${slug}-lacks`);
    if (!line) continue;
    line.textContent = words;
    line.hidden = words === "";
    if (words === "") told = "";
  }
});
form?.addEventListener("submit", (event) => {
  if (items.length !== 1 || !event.submitter?.matches("[data-next]")) return;
  const line = items[0].querySelector("[data-lacks]");
  if (!line || line.hidden || line.textContent === told) return;
  told = line.textContent;
  event.preventDefault();
  items[0].querySelector("input, select").focus();
});

// --- Without a connection no other page comes: what was chosen stays, and the page says so ------------
const offline = form?.querySelector("[data-offline]");
let wantsOn = false; // somebody wanted to go to another page
const goOn = (event) => {
  wantsOn = true;
  if (navigator.onLine) return;
  event.preventDefault();
  sayOffline();
};
function sayOffline() {
  offline.textContent = offline.dataset.offlineWords;
  offline.hidden = false;
}
if (offline) {
  form.addEventListener("submit", goOn);
  for (const link of document.querySelectorAll("a[data-saves-first]")) link.addEventListener("click", goOn);
  form.addEventListener("unsaved", () => { if (wantsOn) sayOffline(); });
  form.addEventListener("saved", () => { wantsOn = false; offline.hidden = true; });
  addEventListener("online", () => { offline.hidden = true; });
}

// --- The clock: the server decides, this only tells --------------------------------------------------
const clock = document.querySelector("[data-clock]");
if (clock) {
  const [shown, said, more] = ["shown", "said", "more"].map((name) => clock.querySelector(`[data-clock-${name}]`));
  const { minutesText, minuteText, secondsText, overText, moreText, endlessText, asks } = clock.dataset;
  const SAID = [600, 300, 60, 30], EVERY = 30, MORE = 20; // seconds
  let end, before, isOver = false;
  const set = (left) => { end = performance.now() + left * 1000; if (!(left <= before)) before = left; };
  const words = (left) => {
    if (left < 60) return secondsText.replace("{count}", left);
    const minutes = Math.ceil(left / 60);
    return minutes === 1 ? minuteText : minutesText.replace("{count}", minutes);
  };
  // An instructor may give more time while one works; the server tells when it is asked.
  const ask = async () => {
    const told = await fetch(asks, { signal: AbortSignal.timeout(2000) }).then((answer) => (answer.ok ? answer.json() : null), () => null);
    if (isOver || !told || told.over) return false;
    if (told.left === null) {
      isOver = true;
      shown.textContent = said.textContent = endlessText;
      more.textContent = "";
      clock.classList.remove("soon");
      return true;
    }
    const isMore = told.left > (end - performance.now()) / 1000 + MORE;
    set(told.left);
    if (isMore) said.textContent = more.textContent = moreText.replace("{time}", told.until);
    return told.left > 0;
  };
  setInterval(() => { if (!isOver && !document.hidden) ask(); }, EVERY * 1000);
  document.addEventListener("visibilitychange", () => { if (!isOver && !document.hidden) ask(); });
  const tick = async () => {
    if (isOver) return;
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    shown.textContent = words(left);
    if (SAID.some((moment) => before > moment && left <= moment)) said.textContent = words(left);
    before = left;
    clock.classList.toggle("soon", left <= 60);
    // The last answers are sent now; the server lets them in for a few seconds.
    if (left === 0) form?.dispatchEvent(new Event("focusout"));
    if (left > 0 || await ask()) { setTimeout(tick, 1000); return; }
    isOver = true;
    shown.textContent = said.textContent = overText;
    more.textContent = "";
    setTimeout(toResult, 4000);
  };
  set(Number(clock.dataset.left));
  tick();
  // A computer that slept counts too little: what the server says at each saving is the time.
  form?.addEventListener("saved", ({ detail }) => { if (!isOver && detail.left !== null) set(detail.left); });
}

// The same words in the bar below, which stays in sight on a phone.
const copy = document.querySelector("[data-clock-copy]");
if (clock && copy) {
  const shown = clock.querySelector("[data-clock-shown]");
  const repeat = () => { copy.textContent = shown.textContent; };
  new MutationObserver(repeat).observe(shown, { childList: true });
  repeat();
}

// Somebody else handed in, or the time is up: what could not be kept was told; then the result.
function toResult() {
  location.assign(form?.dataset.result ?? clock.dataset.result);
}
form?.addEventListener("over", () => setTimeout(toResult, 4000));

// --- Before handing in: is there an answer that never reached the server? ----------------------------
const unsent = document.querySelector("[data-unsent]");
for (const item of unsent ? document.querySelectorAll("[data-saves-to]") : []) {
  const prefix = `${unsent.dataset.copies}${item.dataset.savesTo}:`;
  const names = stored().filter((name) => name.startsWith(prefix));
  if (names.length) lookFor(item, names);
}

async function lookFor(item, names) {
  const page = await (await fetch(item.querySelector("a").href)).text();
  const there = new DOMParser().parseFromString(page, "text/html").querySelector("form.questions");
  const plain = (fields) => JSON.stringify(fields.map(([name, value]) => [name, value.trim()])
    .filter(([name, value]) => value && !["csrf_token", "revision", "page"].includes(name)).sort());
  const arrived = there && plain([...new FormData(there)]);
  for (const name of names) {
    const copy = JSON.parse(localStorage.getItem(name));
    if (!there || plain(copy.fields) === arrived) { localStorage.removeItem(name); continue; }
    unsent.hidden = false;
    item.querySelector("[data-unsent-here]").hidden = false;
  }
}

// What was handed in needs no copy in this browser.
const handedIn = document.querySelector("[data-forget]");
if (handedIn) for (const name of stored().filter((each) => each.startsWith(handedIn.dataset.forget))) localStorage.removeItem(name);

function stored() {
  try { return Object.keys(localStorage); } catch { return []; }
}
