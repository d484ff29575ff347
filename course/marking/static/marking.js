// The marking screen: everything is saved while one works, the next ones are there already, and
// what the mouse can do the keyboard can. Without this script links and buttons do the same.
const screen = document.querySelector("[data-marking]");
const sheet = document.getElementById("sheet");
const keys = document.querySelector("[data-keys]");
const PAUSE = 700; // ms after the last change
const RETRY = [4000, 8000, 15000, 30000]; // ms, longer each time that it does not work
const ahead = new Map(); // code → promise of the sheet of a submission that is not open yet
const one = (selector, root = sheet) => root.querySelector(selector);

// --- Saving ----------------------------------------------------------------------------------------
// "Saved" is only said after the server said so. A draft that could not be sent stays in the form and
// in this tab, under its own submission; what is wrong is said in words, and it is tried again.
const { owner } = screen.dataset; // who marks: what they left is never of another account
const SHELF = `weegschaal:marking:${owner}:`;
const FINAL = new Set([403, 404, 409, 413, 422]); // trying the same again would not help
let timer = 0, sending = null, dirty = false, failures = 0, renewed = false;

function say(text, isTrouble = false) {
  const line = one("[data-said]");
  if (!line) return;
  line.textContent = text;
  line.classList.toggle("trouble", isTrouble);
}

const shelf = (form) => SHELF + form.action;
const remarkShelf = (form) => `weegschaal:remark:${owner}:${form.getAttribute("action")}`;

function later() {
  dirty = true;
  keep(one("[data-judge]"));
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

// Resolves to whether the server has all that the form holds.
async function save() {
  clearTimeout(timer);
  if (sending) return (await sending) ? save() : false;
  const form = one("[data-judge]");
  if (!form || !dirty) return true;
  const body = new FormData(form);
  if (one("[data-newer]")) return false; // the marker decides first
  dirty = false;
  sending = send(form, body);
  const isKept = await sending;
  sending = null;
  return isKept && dirty ? save() : isKept;
}

async function send(form, body) {
  let answer;
  try {
    answer = await post(form.dataset.save, body);
  } catch {
    return failed(form, form.dataset.offlineText);
  }
  const said = await answer.json().catch(() => null); // null: not ours, but of a network in between
  if (said?.content) { choose(form, said); return false; }
  if (answer.ok && said) {
    form.elements.revision.value = said.revision;
    const grade = one("[data-grade]", form);
    if (grade) grade.textContent = said.grade || "–";
    for (const name of ["verdict", "clash"]) {
      const line = one(`[data-${name}]`, form);
      if (line) line.textContent = said[name];
    }
    failures = 0;
    renewed = false;
    if (!dirty) forget(form);
    say(form.dataset.savedText.replace("{time}", said.saved_at));
    mine(form);
    sendLeft();
    return true;
  }
  if (answer.status === 400 && !renewed) return renew(form, body);
  if (answer.status === 401) return failed(form, form.dataset.signedOutText, true);
  if (FINAL.has(answer.status) && said) { dirty = true; say(said.error, true); return false; }
  return failed(form, form.dataset.serverText);
}

const post = (address, body) => fetch(address, {
  method: "POST", body, keepalive: true,
  headers: { Accept: "application/json", "X-Owner": owner, "X-CSRFToken": one("[data-judge]").elements.csrf_token.value },
});

// The form was older than its token: take a new one from a fresh copy of this page.
async function renew(form, body) {
  renewed = true;
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const fresh = page.querySelector("input[name=csrf_token]");
    for (const field of fresh ? sheet.querySelectorAll("input[name=csrf_token]") : []) field.value = fresh.value;
    if (fresh) body.set("csrf_token", fresh.value);
  } catch { /* said by the next try */ }
  return send(form, body);
}

function failed(form, text, isSignedOut = false) {
  dirty = true;
  say(text, true);
  if (isSignedOut) {
    const link = document.createElement("a");
    const back = encodeURIComponent(location.pathname);
    Object.assign(link, { href: `${form.dataset.signIn}?next=${back}`, target: "_blank", textContent: form.dataset.signInText });
    one("[data-said]").append(" ", link);
  }
  clearTimeout(timer);
  timer = setTimeout(save, RETRY[Math.min(failures++, RETRY.length - 1)]);
  return false;
}

const again = () => { if (failures && dirty) save(); };

// What was left behind of other submissions goes as soon as the server answers again. What another
// window saved anew meanwhile stays here, and is shown when one opens it.
async function sendLeft() {
  const here = shelf(one("[data-judge]"));
  for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith(SHELF) && name !== here)) {
    const body = new FormData();
    for (const [name, value] of JSON.parse(sessionStorage.getItem(key))) body.append(name, value);
    const answer = await post(`${key.slice(SHELF.length)}/save`, body).catch(() => null);
    if (!answer || (!answer.ok && !FINAL.has(answer.status))) return;
    if (answer.ok) sessionStorage.removeItem(key);
  }
}

// Two judgements: the one in this form, and the one that another window saved. The marker decides.
function choose(form, said) {
  say("");
  const box = document.createElement("section");
  box.className = "newer card";
  box.dataset.newer = "";
  box.setAttribute("role", "alert");
  box.innerHTML = said.newer;
  const buttons = document.createElement("p");
  buttons.className = "inline-actions";
  const button = (text, act) => {
    const element = document.createElement("button");
    Object.assign(element, { type: "button", className: "btn", textContent: text });
    element.addEventListener("click", () => { box.remove(); act(); one("main").focus({ preventScroll: true }); });
    buttons.append(element);
  };
  if (!said.done) button(form.dataset.keepMineText, () => {
    form.elements.revision.value = said.revision;
    dirty = true;
    save();
  });
  button(form.dataset.takeOtherText, () => { clearTimeout(timer); dirty = false; forget(form); location.reload(); });
  box.append(buttons);
  one("main").prepend(box);
  show("work");
  box.scrollIntoView?.({ block: "nearest" });
}

// What a form holds, as names and values; also the choices of one that is done.
const heldBy = (form) => [...form.elements]
  .filter((field) => field.name && (field.matches("textarea, [type=hidden]") || field.checked) && field.name !== "csrf_token")
  .map((field) => [field.name, field.value]);

function keep(form) {
  try { sessionStorage.setItem(shelf(form), JSON.stringify(heldBy(form))); } catch { /* the server still saves */ }
}

function forget(form) {
  try { sessionStorage.removeItem(shelf(form)); } catch { /* nothing was kept */ }
}

// What could not be sent before this page was left or reloaded comes back, and is sent.
function restore(form) {
  let fields = null;
  try { fields = JSON.parse(sessionStorage.getItem(shelf(form))); } catch { return; }
  if (!fields) return;
  const kept = Object.fromEntries(fields);
  if (kept.version !== form.elements.version.value) { forget(form); return; } // about another text
  const judged = (all) => JSON.stringify(all.filter(([name]) => name !== "revision"));
  if (judged(fields) === judged(heldBy(form))) { forget(form); return; } // the server has it
  // With the draft it was made from: where another window saved a newer one, the server says so.
  form.elements.revision.value = kept.revision;
  for (const element of form.elements) {
    const sent = fields.filter(([name]) => name === element.name).map(([, value]) => value);
    if (element.type === "radio") element.checked = sent.includes(element.value);
    else if (element.tagName === "TEXTAREA") element.value = sent[0] ?? element.value;
  }
  later();
}

function mine(form) {
  const link = screen.querySelector(`.queue a[data-code="${sheet.dataset.code}"]`);
  if (link && form) link.parentElement.dataset.stand = "mine";
}

addEventListener("pagehide", () => { if (dirty) save(); });
addEventListener("beforeunload", (event) => { if (dirty && failures) event.preventDefault(); });
for (const back of ["online", "focus"]) addEventListener(back, again);
document.addEventListener("visibilitychange", again);

// --- From one to the next ---------------------------------------------------------------------------
const links = () => [...screen.querySelectorAll(".queue li:not([hidden]) a")];
const at = () => links().findIndex((link) => link.dataset.code === sheet.dataset.code);

function load(link) {
  const code = link.dataset.code;
  if (!ahead.has(code)) {
    const found = fetch(`${link.pathname}?part=1`, { headers: { Accept: "text/html" } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)));
    found.catch(() => ahead.delete(code));
    ahead.set(code, found);
  }
  return ahead.get(code);
}

// A few at a time, so that what one waits for comes first.
async function loadAhead() {
  const next = links().slice(at() + 1).filter((link) => !ahead.has(link.dataset.code));
  for (const link of next.slice(0, Number(screen.dataset.ahead))) {
    try { await load(link); } catch { return; }
  }
}

async function go(link, isNew = true) {
  if (!link || link.dataset.code === sheet.dataset.code) return;
  const saved = save();
  let html = "", isKept = true;
  try {
    html = await load(link);
    isKept = await saved;
  } catch {
    if (await saved) location.assign(link.href); // else the words stay before one
    return;
  }
  const left = isKept ? "" : one("[data-judge]").dataset.leftText;
  clearTimeout(timer);
  dirty = false; // what could not be sent is on its shelf
  ahead.delete(sheet.dataset.code); // it was changed here
  ahead.delete(link.dataset.code); // and this one will be
  sheet.innerHTML = html;
  sheet.dataset.code = link.dataset.code;
  for (const other of links()) other.toggleAttribute("aria-current", other === link);
  link.setAttribute("aria-current", "true");
  link.scrollIntoView({ block: "nearest" });
  if (isNew) history.pushState({ code: link.dataset.code }, "", link.pathname);
  const main = one("main");
  document.title = `${main.dataset.title} · Weegschaal`;
  main.scrollTop = 0;
  picked = null;
  places.clear();
  show(left ? "judgement" : "work"); // what is wrong is said there
  main.focus({ preventScroll: true });
  if (matchMedia("(max-width: 1100px)").matches) main.scrollIntoView();
  begin();
  if (left) say(left, true);
}

addEventListener("popstate", (event) => {
  const code = event.state?.code ?? location.pathname.split("/").pop();
  go(links().find((link) => link.dataset.code === code), false);
});
screen.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-code], a[data-go]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(links().find((other) => other.dataset.code === (link.dataset.code ?? link.dataset.go)) ?? link);
});

const step = (by) => go(links()[at() + by]);
function nextOpen() {
  const waiting = ["open", "mine", "second", "revised"];
  const all = links(), here = at();
  go([...all.slice(here + 1), ...all.slice(0, here)].find((link) => waiting.includes(link.parentElement.dataset.stand)));
}

// --- On a telephone -----------------------------------------------------------------------------------
// One of the three at a time, each where one left it.
const panes = screen.querySelector("[data-panes]");
const places = new Map();
let pane = panes.querySelector(":checked").value, height = scrollY;
addEventListener("scroll", () => { height = scrollY; }, { passive: true });
panes.addEventListener("change", (event) => {
  places.set(pane, height);
  pane = event.target.value;
  scrollTo(0, places.get(pane) ?? Math.min(height, screen.offsetTop));
});

function show(name) {
  pane = name;
  panes.querySelector(`[value=${name}]`).checked = true;
}

// --- Which ones are shown ----------------------------------------------------------------------------
const filters = screen.querySelector("[data-filters]");
filters.hidden = false;
filters.addEventListener("change", (event) => {
  const wanted = event.target.value.split(" ").filter(Boolean);
  for (const item of screen.querySelectorAll(".queue li")) item.hidden = wanted.length > 0 && !wanted.includes(item.dataset.stand);
});

// --- Comments ---------------------------------------------------------------------------------------
// Places are counted in characters as Python counts them: code points, without the remarks between.
const points = (text) => [...text].length;

function placeIn(text, node, offset) {
  let count = 0;
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT, (found) =>
    (found.parentElement.closest(".remark") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  for (let found = walker.nextNode(); found; found = walker.nextNode()) {
    if (found === node) return count + points(found.data.slice(0, offset));
    count += points(found.data);
  }
  return null;
}

function selected() {
  const text = one("[data-text]"), choice = getSelection();
  if (!text || !choice.rangeCount || choice.isCollapsed) return null;
  const range = choice.getRangeAt(0);
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
  const start = placeIn(text, range.startContainer, range.startOffset);
  const end = placeIn(text, range.endContainer, range.endOffset);
  return start === null || end === null || end <= start ? null : { start, end, words: choice.toString() };
}

// A tap beside it takes a selection away; what was selected last is remembered for the form.
let picked = null;
document.addEventListener("selectionchange", () => { picked = selected() ?? picked; });
sheet.addEventListener("click", (event) => {
  const box = event.target.closest("[data-adding] > summary")?.parentElement;
  if (!box || box.open || !picked) return;
  event.preventDefault();
  comment(picked);
});

function comment(passage = selected()) {
  const form = one("[data-add]");
  show("work");
  const decision = document.activeElement.closest?.("[data-decision]");
  one("[data-adding]").open = true;
  form.elements.start.value = passage?.start ?? "";
  form.elements.end.value = passage?.end ?? "";
  if (passage) form.elements.quote.value = passage.words;
  if (form.elements.decision && (passage || decision)) {
    const name = decision && !passage ? decision.dataset.decision : "";
    let option = [...form.elements.decision.options].find((found) => found.value === name);
    if (!option) form.elements.decision.append(option = new Option(decision.innerText.split("\n").pop(), name));
    option.selected = true;
  }
  picked = null;
  form.elements.text.focus({ preventScroll: true }); // so that the passage stays in sight
}

async function sendRemark(form, submitter) {
  const body = new FormData(form, submitter);
  await save();
  const answer = await fetch(`${form.getAttribute("action")}?part=1`, { method: "POST", body });
  const html = await answer.text();
  if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
  if (answer.ok) sessionStorage.removeItem(remarkShelf(form));
  one("#text").innerHTML = html;
  decisions();
  for (const other of sheet.querySelectorAll("[data-remark-form]")) restoreRemark(other);
  (one("#remark-problem") ?? one("main")).scrollIntoView?.({ block: "nearest" });
  if (answer.ok) one("main").focus({ preventScroll: true });
}

// A comment that was not added yet waits in this tab, at its submission.
const fieldsOf = (form) => [...form.elements].filter((field) => field.matches("textarea, select, [name=start], [name=end]"));

function keepRemark(form) {
  const fields = fieldsOf(form).map((field) => [field.name, field.value]);
  try { sessionStorage.setItem(remarkShelf(form), JSON.stringify(fields)); } catch { /* it is in its field */ }
}

function restoreRemark(form) {
  let fields = null;
  try { fields = JSON.parse(sessionStorage.getItem(remarkShelf(form))); } catch { return; }
  if (!fields) return;
  const kept = Object.fromEntries(fields);
  for (const field of fieldsOf(form)) field.value = kept[field.name] ?? field.value;
  form.closest("details").open = true;
}

sheet.addEventListener("input", (event) => {
  const form = event.target.closest("[data-remark-form]");
  if (form) keepRemark(form);
});

sheet.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-remark-form]")) {
    event.preventDefault();
    // What was typed stays in its field when it could not be sent.
    sendRemark(form, event.submitter).catch(() => say(one("[data-judge]").dataset.remarkText, true));
  } else if (form.matches("[data-judge]")) {
    clearTimeout(timer);
    dirty = false;
  }
});

// A decision can be reached by keyboard, so that C has something to be about.
function decisions() {
  for (const item of sheet.querySelectorAll("[data-decision]")) item.tabIndex = 0;
}

// --- Phrases ----------------------------------------------------------------------------------------
let lastField = null;

function phraseBank() {
  const bank = one("[data-phrase-bank]");
  if (!bank) return;
  bank.hidden = false;
  const search = one("input", bank), list = one("ul", bank);
  const options = [...list.children];
  const open = (is) => { list.hidden = !is; search.setAttribute("aria-expanded", String(is)); };
  const choose = (option) => {
    for (const other of options) other.setAttribute("aria-selected", String(other === option));
    if (option) { search.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
  };
  const shown = () => options.filter((option) => !option.hidden);
  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const option of options) option.hidden = !wanted.every((word) => option.textContent.toLowerCase().includes(word));
    choose(shown()[0]);
  };
  const put = (option) => {
    const field = lastField?.isConnected ? lastField : one("#comment");
    if (!option || field.readOnly) return;
    const before = field.value.slice(0, field.selectionStart), after = field.value.slice(field.selectionEnd);
    const words = `${before && !/\s$/.test(before) ? " " : ""}${option.textContent}`;
    field.value = before + words + after;
    field.selectionStart = field.selectionEnd = (before + words).length;
    open(false);
    search.value = "";
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  open(false);
  search.addEventListener("focus", () => { open(true); filter(); });
  search.addEventListener("input", filter);
  search.addEventListener("blur", () => setTimeout(() => open(false), 150));
  list.addEventListener("mousedown", (event) => { event.preventDefault(); put(event.target.closest("li")); });
  search.addEventListener("keydown", (event) => {
    const all = shown(), here = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(all[Math.min(all.length - 1, Math.max(0, here + (event.key === "ArrowDown" ? 1 : -1)))]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      put(all[here]);
    } else if (event.key === "Escape") {
      open(false);
      (lastField?.isConnected ? lastField : one("#comment")).focus();
    }
  });
}
sheet.addEventListener("focusin", (event) => { if (event.target.matches("[data-phrases]")) lastField = event.target; });

// --- Keys -------------------------------------------------------------------------------------------
// Those that this marker chose; none of them while keys are off. Pressed with Ctrl, Alt or Command
// a key stays the browser's.
const chosen = JSON.parse(screen.dataset.keysOf);
const acts = {
  next: () => step(1), previous: () => step(-1), waiting: nextOpen, comment: () => comment(), phrase: () => one("#phrase").focus(),
};
const actOf = new Map(Object.entries(acts).map(([name, act]) => [chosen[name], act]));
keys.querySelector("[data-close-keys]").addEventListener("click", () => keys.close());
const typing = (target) => target.matches("textarea, select, input:not([type=radio], [type=checkbox])");

addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    const typed = event.target.closest("[data-remark-form]");
    if (typed) typed.requestSubmit(one("button", typed));
    else if (event.shiftKey) one("[value=finish]")?.click();
    else step(1);
    return;
  }
  if (keys.open || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (!chosen.level) return;
  if (event.key === "?") { event.preventDefault(); keys.showModal(); return; }
  const key = event.key.toLowerCase();
  if (/^[1-5]$/.test(key)) {
    level(Number(key) - 1);
  } else {
    const found = actOf.get(key);
    if (!found) return;
    found();
  }
  event.preventDefault();
});

// At the criterion where one is, else at the first that has no level yet; then on to the next one, so
// that each digit is about a criterion of its own.
function level(number) {
  const criteria = [...sheet.querySelectorAll("[data-criterion]")];
  const empty = criteria.find((found) => !one("input:checked", found));
  const here = document.activeElement.closest?.("[data-criterion]") ?? empty;
  const field = here && here.querySelectorAll("input")[number];
  if (!field || field.disabled) return;
  field.checked = true;
  const next = criteria[criteria.indexOf(here) + 1];
  (next ? one("input:checked", next) ?? one("input", next) : field).focus();
  later();
}

// --- Each sheet -------------------------------------------------------------------------------------
function begin() {
  const form = one("[data-judge]");
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  restore(form);
  for (const other of sheet.querySelectorAll("[data-remark-form]")) restoreRemark(other);
  decisions();
  phraseBank();
  loadAhead();
}
history.replaceState({ code: sheet.dataset.code }, "");
begin();
one("[data-focus]")?.focus();
