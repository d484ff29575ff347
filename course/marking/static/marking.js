// The marking screen: everything is saved while one works, the next ones are there already, and
// what the mouse can do the keyboard can. Without this script links and buttons do the same.
const screen = document.querySelector("[data-marking]");
const sheet = document.getElementById("sheet");
const keys = document.querySelector("[data-keys]");
const PAUSE = 700; // ms after the last change
const RETRY = 4000; // ms
const ahead = new Map(); // code → promise of the sheet of a submission that is not open yet
const one = (selector, root = sheet) => root.querySelector(selector);

// --- Saving ----------------------------------------------------------------------------------------
// "Saved" is only said after the server said so. A draft that could not be sent stays in the form and
// in this tab, under its own submission.
let timer = 0, sending = null, dirty = false;

function say(text, isTrouble = false) {
  const line = one("[data-said]");
  if (!line) return;
  line.textContent = text;
  line.classList.toggle("trouble", isTrouble);
}

const shelf = (form) => `weegschaal:marking:${form.action}`;

function later() {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

async function save() {
  clearTimeout(timer);
  const form = one("[data-judge]");
  if (!form || !dirty) return sending;
  if (sending) { await sending; return save(); }
  const body = new FormData(form);
  keep(form, body);
  dirty = false;
  sending = send(form, body);
  await sending;
  sending = null;
  return dirty ? save() : undefined;
}

async function send(form, body) {
  try {
    const answer = await fetch(form.dataset.save, {
      method: "POST", body, keepalive: true,
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
    });
    const said = await answer.json();
    if (answer.status === 409) {
      say(form.dataset.newerText, true);
      return;
    }
    if (!answer.ok) throw new Error(answer.status);
    form.elements.revision.value = said.revision;
    one("[data-grade]", form).textContent = said.grade || "–";
    forget(form);
    say(form.dataset.savedText.replace("{time}", said.saved_at));
    mine(form);
  } catch {
    dirty = true;
    say(form.dataset.failedText, true);
    timer = setTimeout(save, RETRY);
  }
}

function keep(form, body) {
  const fields = [...body].filter(([name]) => name !== "csrf_token");
  try { sessionStorage.setItem(shelf(form), JSON.stringify(fields)); } catch { /* the server still saves */ }
}

function forget(form) {
  try { sessionStorage.removeItem(shelf(form)); } catch { /* nothing was kept */ }
}

// What could not be sent before this page was left or reloaded comes back, and is sent.
function restore(form) {
  let fields = null;
  try { fields = JSON.parse(sessionStorage.getItem(shelf(form))); } catch { return; }
  if (!fields) return;
  const revision = Number(Object.fromEntries(fields).revision);
  if (revision !== Number(form.elements.revision.value)) { forget(form); return; }
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
addEventListener("beforeunload", (event) => { if (dirty && !navigator.onLine) event.preventDefault(); });
addEventListener("online", save);

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
  let html = "";
  try {
    html = await load(link);
    await saved;
  } catch {
    location.assign(link.href);
    return;
  }
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
  main.focus({ preventScroll: true });
  if (matchMedia("(max-width: 1100px)").matches) main.scrollIntoView();
  begin();
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

function comment() {
  const form = one("[data-add]"), passage = selected();
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
  form.elements.text.focus();
}

async function sendRemark(form, submitter) {
  const body = new FormData(form, submitter);
  await save();
  const answer = await fetch(`${form.getAttribute("action")}?part=1`, { method: "POST", body });
  const html = await answer.text();
  if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
  one("#text").innerHTML = html;
  decisions();
  (one("#remark-problem") ?? one("main")).scrollIntoView?.({ block: "nearest" });
  if (answer.ok) one("main").focus({ preventScroll: true });
}

sheet.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-remark-form]")) {
    event.preventDefault();
    // What was typed stays in its field when it could not be sent.
    sendRemark(form, event.submitter).catch(() => say(one("[data-judge]").dataset.failedText, true));
  } else if (form.matches("[data-judge]")) {
    clearTimeout(timer);
    dirty = false;
    forget(form);
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
const SWITCH = "weegschaal:marking:keys";
const toggle = document.querySelector("[data-keys-on]");
toggle.checked = localStorage.getItem(SWITCH) !== "off";
toggle.addEventListener("change", () => localStorage.setItem(SWITCH, toggle.checked ? "on" : "off"));
keys.querySelector("[data-close-keys]").addEventListener("click", () => keys.close());
const typing = (target) => target.matches("textarea, select, input:not([type=radio], [type=checkbox])");

addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    save();
    step(1);
    return;
  }
  if (keys.open || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "?") { event.preventDefault(); keys.showModal(); return; }
  if (!toggle.checked) return;
  const key = event.key.toLowerCase();
  if (/^[1-5]$/.test(key)) {
    level(Number(key) - 1);
  } else {
    const found = { j: () => step(1), k: () => step(-1), u: nextOpen, c: comment, "/": () => one("#phrase").focus() }[key];
    if (!found) return;
    found();
  }
  event.preventDefault();
});

// At the criterion where one is; else at the first that has no level yet.
function level(number) {
  const criteria = [...sheet.querySelectorAll("[data-criterion]")];
  const empty = criteria.find((found) => !one("input:checked", found));
  const here = document.activeElement.closest?.("[data-criterion]") ?? empty;
  const field = here && here.querySelectorAll("input")[number];
  if (!field || field.disabled) return;
  field.checked = true;
  field.focus();
  later();
}

// --- Each sheet -------------------------------------------------------------------------------------
function begin() {
  const form = one("[data-judge]");
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  restore(form);
  decisions();
  phraseBank();
  loadAhead();
}
history.replaceState({ code: sheet.dataset.code }, "");
begin();
