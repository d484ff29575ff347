// Saving while somebody writes. Three rules:
//   1. "Saved" is only said after the server said so.
//   2. A text that is not saved yet is also in this browser, until the server has it.
//   3. An older window never overwrites a newer text; both are shown.

const PAUSE = 1000; // ms after the last key
const LONGEST = 4000; // ms of typing without a pause
const RETRY = [2000, 4000, 8000, 15000, 30000];
const NOT_ANSWERS = new Set(["csrf_token", "revision", "do"]);

export function keepSaved(form) {
  return form.dataset.autosave ? new Autosave(form) : keepInTab(form);
}

function entries(form) {
  return [...new FormData(form)].filter(([name]) => !NOT_ANSWERS.has(name));
}

function fill(form, fields) {
  for (const element of form.elements) {
    if (!element.name || NOT_ANSWERS.has(element.name)) continue;
    const values = fields.filter(([name]) => name === element.name).map(([, value]) => value);
    if (element.type === "radio" || element.type === "checkbox") element.checked = values.includes(element.value);
    else if (element.tagName !== "BUTTON") element.value = values[0] ?? "";
  }
  form.dispatchEvent(new Event("filled", { bubbles: true }));
}

const textOf = (fields) => fields.map(([, value]) => value).filter((value) => value.length > 1).join("\n\n");

// A visitor without an account: what was typed stays in this tab.
function keepInTab(form) {
  const key = `weegschaal:visitor:${form.dataset.keepLocal}`;
  const kept = read(sessionStorage, key);
  if (kept && textOf(kept) !== textOf(entries(form))) fill(form, kept);
  form.addEventListener("input", () => write(sessionStorage, key, entries(form)));
  form.addEventListener("change", () => write(sessionStorage, key, entries(form)));
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
  return null;
}

function read(store, key) {
  try { return JSON.parse(store.getItem(key)); } catch { return null; }
}

function write(store, key, value) {
  try { store.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden: the server still saves */ }
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.line = form.querySelector("[data-saved]");
    this.revision = form.elements.revision;
    this.token = form.elements.csrf_token;
    this.key = `weegschaal:draft:${this.words.owner}:${this.words.autosave}`;
    this.saved = this.now(); // what the server has, as it made this page
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
    // Signing out waits for the last words.
    for (const other of document.querySelectorAll("form[data-sign-out]")) {
      other.addEventListener("submit", (event) => {
        if (!this.dirty) return;
        event.preventDefault();
        this.save().finally(() => other.submit());
      });
    }
  }

  now() { return JSON.stringify(entries(this.form)); }
  get dirty() { return this.now() !== this.saved; }

  restore() {
    const kept = read(localStorage, this.key);
    if (!kept) return;
    if (JSON.stringify(kept.fields) === this.saved) { localStorage.removeItem(this.key); return; }
    if (kept.revision === Number(this.revision.value)) {
      fill(this.form, kept.fields);
      this.say(this.words.restoredText);
      this.save();
    } else {
      this.choose(kept.fields, JSON.parse(this.saved), Number(this.revision.value), "");
    }
  }

  changed(pause) {
    if (!this.dirty) return;
    write(localStorage, this.key, { fields: entries(this.form), revision: Number(this.revision.value) });
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
    const body = new FormData(this.form);
    body.delete("do");
    let answer;
    try {
      answer = await fetch(this.words.autosave, {
        method: "POST", body, keepalive: leaving,
        headers: { Accept: "application/json", "X-CSRFToken": this.token.value },
      });
    } catch {
      return this.failed(this.words.offlineText);
    }
    if (answer.ok) {
      const { revision, saved_at: time } = await answer.json();
      this.revision.value = revision;
      this.saved = sent;
      this.failures = 0;
      if (!this.dirty) localStorage.removeItem(this.key);
      this.say(this.words.savedText.replace("{time}", time));
      return true;
    }
    if (answer.status === 409) {
      const { revision, saved_at: time, content } = await answer.json();
      const theirs = Object.entries(content ?? {}).flatMap(([name, values]) => values.map((value) => [name, value]));
      this.choose(JSON.parse(sent), theirs, revision, time);
      return false;
    }
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

  failed(text, signIn = false) {
    this.say(text, true);
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
    write(localStorage, this.key, { fields: mine, revision: Number(this.revision.value) });
    const box = document.createElement("section");
    box.className = "conflict card";
    box.setAttribute("role", "alert");
    const line = document.createElement("p");
    line.textContent = this.words.conflictText.replace("{time}", time || "–");
    const title = document.createElement("h3");
    title.textContent = this.words.otherText;
    const other = document.createElement("blockquote");
    other.textContent = textOf(theirs);
    const done = (fields) => {
      this.revision.value = revision;
      this.saved = JSON.stringify(theirs);
      this.choosing = false;
      fill(this.form, fields);
      box.remove();
      if (this.dirty) this.save(); else localStorage.removeItem(this.key);
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
