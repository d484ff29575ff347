// Saving while somebody writes. Three rules:
//   1. "Saved" is only said after the server said so.
//   2. A text that is not saved yet is also in this browser, until the server has it.
//   3. An older window never overwrites a newer text; both are shown.

const PAUSE = 1000; // ms after the last key
const LONGEST = 4000; // ms of typing without a pause
const RETRY = [2000, 4000, 8000, 15000, 30000];
const PATIENCE = 3000; // ms that leaving waits for the server
const COPIES = 3; // of what was sent without an answer, beside the text itself: room is scarce
const NOT_ANSWERS = new Set(["csrf_token", "revision", "owner", "page", "do"]);

export function keepSaved(form) {
  return form.dataset.autosave ? new Autosave(form) : keepInTab(form);
}

const isAnswer = (name) => !NOT_ANSWERS.has(name.split(".")[0]);

// Files come and go by themselves; what is saved here are words.
function withoutFiles(form) {
  const fields = new FormData(form);
  for (const file of form.querySelectorAll("input[type=file]")) fields.delete(file.name);
  return fields;
}

// In the order of their names, as the server gives them back, so that equal answers look equal.
function entries(form) {
  return inOrder([...withoutFiles(form)].filter(([name]) => isAnswer(name)));
}

function inOrder(fields) {
  return fields.sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
}

function fill(form, fields) {
  for (const element of form.elements) {
    if (!element.name || element.type === "file" || !isAnswer(element.name)) continue;
    const values = fields.filter(([name]) => name === element.name).map(([, value]) => value);
    if (element.type === "radio" || element.type === "checkbox") element.checked = values.includes(element.value);
    else if (element.tagName !== "BUTTON") element.value = values[0] ?? "";
  }
  form.dispatchEvent(new Event("filled", { bubbles: true }));
}

// The same answer, whether empty fields and spaces around it came back from the server or not.
function alike(one, other) {
  const plain = (fields) => JSON.stringify(fields.map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
  return plain(one) === plain(other);
}

const textOf = (fields) => fields.map(([, value]) => value).filter((value) => value.length > 1).join("\n\n");

// What a version says: the text, or in a form of choices what its choices are called on the page.
function told(form, fields) {
  if (form.dataset.inWords === undefined) return textOf(fields);
  return fields.filter(([, value]) => value).map(([name, value]) => {
    const named = [...form.elements].filter((element) => element.name === name);
    const choice = named.find((element) => element.value === value && element.matches("[type=radio], [type=checkbox]"));
    const field = choice ?? named[0];
    if (!field || field.matches("textarea, input:not([type])")) return value;
    const label = field.getAttribute("aria-label") ?? field.labels[0]?.textContent.trim() ?? "";
    const group = field.closest("[data-group]")?.querySelector("legend").textContent.trim();
    const words = choice ? label : `${label}: ${[...(field.options ?? [])].find((option) => option.value === value)?.text ?? value}`;
    return group ? `${group}: ${words}` : words;
  }).join("\n");
}

// A visitor without an account: what was typed stays in this tab.
function keepInTab(form) {
  const key = `weegschaal:visitor:${form.dataset.keepLocal}`;
  const kept = read("sessionStorage", key);
  if (kept && textOf(kept) !== textOf(entries(form))) fill(form, kept);
  form.addEventListener("input", () => write("sessionStorage", key, entries(form)));
  form.addEventListener("change", () => write("sessionStorage", key, entries(form)));
  form.addEventListener("submit", () => remove("sessionStorage", key));
  return null;
}

// A store that is full or forbidden is no reason to stop: the server still saves.
function read(store, key) {
  try { return JSON.parse(window[store].getItem(key)); } catch { return null; }
}

function write(store, key, value) {
  try { window[store].setItem(key, JSON.stringify(value)); } catch { /* see above */ }
}

function remove(store, key) {
  try { window[store].removeItem(key); } catch { /* see above */ }
}

function keysOf(store) {
  try { return Object.keys(window[store]); } catch { return []; }
}

// Each window keeps its copy under a name of its own: none takes away the words of another.
function windowName() {
  const name = read("sessionStorage", "weegschaal:window") ?? Math.random().toString(36).slice(2);
  write("sessionStorage", "weegschaal:window", name);
  return name;
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.line = form.querySelector("[data-saved]");
    this.revision = form.elements.revision;
    this.token = form.elements.csrf_token;
    this.copies = `weegschaal:draft:${this.words.owner}:${this.words.autosave}:`;
    this.key = this.copies + windowName();
    this.saved = this.now(); // what the server has, as it made this page
    this.unanswered = new Set(); // what was sent; the server may have it, but did not say so
    this.failures = 0;
    this.restore();
    form.addEventListener("input", () => this.changed(PAUSE));
    form.addEventListener("change", () => this.changed(150));
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? this.save(true) : this.retry()));
    addEventListener("pagehide", () => this.save(true));
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.dirty && this.say(this.words.offlineText, true));
    addEventListener("focus", () => this.retry());
    addEventListener("beforeunload", (event) => { if (this.dirty && this.failures) event.preventDefault(); });
    // A link to a page that shows what is saved waits until it is.
    for (const link of document.querySelectorAll("a[data-saves-first]")) {
      link.addEventListener("click", (event) => {
        if (!this.dirty || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.save().then((done) => { if (done) location.assign(link.href); });
      });
    }
    // Signing out, choosing another language and a form beside this one wait for the last words, but
    // not for ever.
    for (const other of document.querySelectorAll(".top form, form[data-saves-first]")) {
      other.addEventListener("submit", (event) => {
        if (!this.dirty) return;
        event.preventDefault();
        const patience = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
        Promise.race([this.save(), patience]).finally(() => other.submit());
      });
    }
  }

  now() { return JSON.stringify(entries(this.form)); }
  get dirty() { return !this.ended && this.now() !== this.saved; }

  restore() {
    const kept = this.newestCopy();
    if (!kept) return;
    if (kept.revision === Number(this.revision.value) || this.has(kept.unanswered, JSON.parse(this.saved))) {
      fill(this.form, kept.fields);
      this.say(this.words.restoredText);
      this.save();
    } else {
      this.choose(kept.fields, JSON.parse(this.saved), Number(this.revision.value), "");
    }
  }

  // The copy that was kept last, by this window or by one that is gone; none when the server has it.
  newestCopy() {
    for (const key of keysOf("localStorage").filter((name) => name.startsWith(this.copies))) {
      const copy = { key, ...read("localStorage", key) };
      if (!copy.fields || alike(copy.fields, JSON.parse(this.saved))) remove("localStorage", key);
      else if (!this.found || copy.at > this.found.at) this.found = copy;
    }
    return this.found;
  }

  has(sent, fields) { return [...sent].some((one) => alike(JSON.parse(one), fields)); }

  keep() {
    const unanswered = [...this.unanswered].slice(-COPIES);
    write("localStorage", this.key, { fields: entries(this.form), revision: Number(this.revision.value), unanswered, at: Date.now() });
  }

  // The server has it: the copies can go, unless another window wrote in one since.
  forget() {
    remove("localStorage", this.key);
    if (this.found && read("localStorage", this.found.key)?.at === this.found.at) remove("localStorage", this.found.key);
  }

  changed(pause) {
    if (!this.dirty) return;
    this.keep();
    this.since ??= Date.now();
    clearTimeout(this.timer);
    const wait = Math.max(0, Math.min(pause, LONGEST - (Date.now() - this.since)));
    this.timer = setTimeout(() => this.save(), wait);
    if (!navigator.onLine) this.say(this.words.offlineText, true);
  }

  // Resolves to true when the server has what the form holds.
  save(leaving = false) {
    clearTimeout(this.timer);
    this.since = undefined;
    if (this.choosing) return Promise.resolve(false);
    if (!this.dirty) return Promise.resolve(true);
    if (this.busy) return leaving ? this.send(true) : this.busy.then(() => this.save());
    this.busy = this.send(leaving).finally(() => { this.busy = null; });
    return this.busy;
  }

  async send(leaving) {
    const sent = this.now();
    const body = withoutFiles(this.form);
    body.delete("do");
    this.unanswered.add(sent);
    this.keep();
    let answer;
    try {
      answer = await fetch(this.words.autosave, {
        method: "POST", body, keepalive: leaving,
        headers: { Accept: "application/json", "X-CSRFToken": this.token.value, "X-Owner": this.words.owner },
      });
    } catch {
      return this.failed(this.words.offlineText);
    }
    const said = await answer.json().catch(() => null); // null: not ours, but of a network that asks to sign in
    this.notice = said?.notice || this.notice; // said once by the server, and from then on here
    // 422 of a page of a quiz: what can be no answer was not kept, and its item says so.
    const isUnfit = answer.status === 422 && said?.revision !== undefined;
    if ((answer.ok || isUnfit) && said) {
      const { revision, saved_at: time } = said;
      this.revision.value = revision;
      this.saved = sent;
      this.failures = 0;
      this.unanswered.clear();
      if (this.dirty) this.keep(); else this.forget();
      if (isUnfit) this.say(said.error, true);
      else this.say([this.words.savedText.replace("{time}", time), this.notice].filter(Boolean).join(". "));
      this.form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: said }));
      return true;
    }
    if (answer.status === 409 && said) {
      const { revision, saved_at: time, content } = said;
      const theirs = inOrder(Object.entries(content ?? {}).flatMap(([name, values]) => values.map((value) => [name, value])));
      if (this.has(this.unanswered, theirs)) {
        // It has what this very window sent: only the answer got lost on the way.
        this.revision.value = revision;
        this.saved = JSON.stringify(theirs);
        return this.send(leaving);
      }
      this.choose(entries(this.form), theirs, revision, time);
      return false;
    }
    if (answer.status === 410 && said) return this.over(said.error);
    if (answer.status === 401) return this.failed(this.words.signedOutText, true);
    if (answer.status === 400 && !this.renewed) return this.renewToken();
    return this.failed(this.words.failedText);
  }

  // The form was older than its token: take a new one from a fresh copy of this page.
  async renewToken() {
    this.renewed = true;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const fresh = page.querySelector("input[name=csrf_token]");
      if (fresh) this.token.value = fresh.value;
    } catch { /* said by the next try */ }
    return this.send(false);
  }

  // Too late: nothing can be saved here any more, so nothing is tried again or asked on leaving.
  over(text) {
    this.ended = true;
    clearTimeout(this.timer);
    this.forget();
    this.say(text, true);
    this.form.dispatchEvent(new CustomEvent("over", { bubbles: true }));
    return false;
  }

  failed(text, signIn = false) {
    this.say(text, true);
    this.form.dispatchEvent(new CustomEvent("unsaved", { bubbles: true }));
    if (signIn && this.line) {
      const link = document.createElement("a");
      Object.assign(link, { href: this.words.signIn, target: "_blank", textContent: this.words.signInText });
      this.line.append(" ", link);
    }
    const wait = RETRY[Math.min(this.failures++, RETRY.length - 1)];
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
    return false;
  }

  retry() { if (this.failures && this.dirty) this.save(); }

  // Two texts: the one in this form and the one that was saved elsewhere. The reader decides.
  choose(mine, theirs, revision, time) {
    this.choosing = true;
    fill(this.form, mine);
    this.keep();
    const box = document.createElement("section");
    box.className = "conflict card";
    box.setAttribute("role", "alert");
    const line = document.createElement("p");
    line.textContent = [this.notice, this.words.conflictText.replace("{time}", time || "–")].filter(Boolean).join(" ");
    const title = document.createElement("h2");
    title.textContent = this.words.otherText;
    const other = document.createElement("blockquote");
    other.textContent = told(this.form, theirs);
    const done = (fields) => {
      this.revision.value = revision;
      this.saved = JSON.stringify(theirs);
      this.choosing = false;
      fill(this.form, fields);
      box.remove();
      if (this.dirty) this.save(); else this.forget();
      this.form.querySelector("textarea, input:not([type=hidden])")?.focus();
    };
    const button = (text, fields) => {
      const element = document.createElement("button");
      Object.assign(element, { type: "button", className: "btn", textContent: text });
      element.addEventListener("click", () => done(fields()));
      return element;
    };
    const buttons = document.createElement("p");
    buttons.className = "inline-actions";
    buttons.append(
      button(this.words.keepMineText, () => entries(this.form)),
      button(this.words.takeOtherText, () => theirs),
    );
    box.append(line, title, other, buttons);
    this.form.before(box);
    this.say("");
  }

  // Handing over waits until the server has the last words, so that none are left in the browser.
  submit(event) {
    if (this.choosing) { event.preventDefault(); return; }
    if (!this.dirty) return;
    event.preventDefault();
    const button = event.submitter;
    this.save().then((done) => { if (done) this.form.requestSubmit(button); });
  }

  say(text, trouble = false) {
    if (!this.line) return;
    if (this.line.textContent !== text) this.line.textContent = text;
    this.line.classList.toggle("trouble", trouble);
  }
}
