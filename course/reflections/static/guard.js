// What in a text somebody might be known by, marked while one writes. The same patterns run on the
// server; nothing of the text leaves this page for it. It warns, and never stops anybody.
const area = document.querySelector("textarea[data-guard]");
const box = document.querySelector("[data-guarded]");
const list = document.querySelector("[data-guarded-list]");
const { patterns, names, kinds } = JSON.parse(area.dataset.guard);
const { writeText } = list.dataset;
const found = patterns.map(({ kind, pattern, elfproef }) => ({ kind, elfproef, pattern: new RegExp(pattern, "gu") }));
const title = new RegExp(names.title, "u"), initial = new RegExp(names.initial, "u"), used = new RegExp(names.used, "gu");
const PAUSE = 600; // ms

function passes(text) {
  const digits = [...text].filter((sign) => /[0-9]/.test(sign)).map(Number);
  if (digits.length !== 9 || !digits.some(Boolean)) return false;
  return [9, 8, 7, 6, 5, 4, 3, 2, -1].reduce((sum, weight, at) => sum + weight * digits[at], 0) % 11 === 0;
}

function details(text) {
  const all = found.flatMap(({ kind, elfproef, pattern }) => [...text.matchAll(pattern)]
    .filter((match) => !elfproef || passes(match[0]))
    .map((match) => ({ kind, start: match.index, end: match.index + match[0].length, words: match[0] })));
  all.sort((one, other) => one.start - other.start || other.end - one.end);
  const kept = [];
  for (const one of all) if (!kept.length || one.start >= kept.at(-1).end) kept.push(one);
  return kept;
}

// Who is meant: the same family name, spoken of as a woman, as a man, or as neither.
function person(word, name) {
  const said = word.replace(/^[ .\u00a0]+|[ .\u00a0]+$/gu, "").toLowerCase();
  const side = (names.women.includes(said) && "v") || (names.men.includes(said) && "m") || "x";
  return `${side}:${name.split(/[ \u00a0]/u).filter((part) => !initial.test(part)).at(-1).toLowerCase()}`;
}

function free(taken, name) {
  const own = new Set(name.split(/[ \u00a0-]/u).map((part) => part.slice(0, 1).toUpperCase()));
  for (let number = 0; ; number += 1) {
    const letter = String.fromCharCode(65 + (number % 26)) + (number < 26 ? "" : Math.floor(number / 26));
    if (!taken.has(`${letter}.`) && !own.has(letter[0])) return `${letter}.`;
  }
}

// A pseudonym for each name, the same for the same person.
function offer(text, all) {
  const letters = new Map(), taken = new Set([...text.matchAll(used)].map((match) => `${match[1]}.`));
  return all.map((one) => {
    const match = one.kind === "name" && one.words.match(title);
    if (!match) return one;
    const who = person(match[1], match[2]);
    if (!letters.has(who)) {
      letters.set(who, free(taken, match[2]));
      taken.add(letters.get(who));
    }
    if (names.invented.includes(who)) return { ...one, what: names.ofLesson };
    return { ...one, instead: match[1] + letters.get(who) };
  });
}

function button(text, does) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "quiet small", textContent: text });
  made.addEventListener("click", does);
  return made;
}

// Wherever these words stand, the last first, so that the places before stay right. A dot of the
// sentence is not written twice.
function write(all) {
  for (const { start, end, words, instead } of [...all].reverse()) {
    if (area.value.slice(start, end) !== words) return;
    area.setRangeText(area.value[end] === "." ? instead.slice(0, -1) : instead, start, end, "end");
  }
  area.dispatchEvent(new Event("input", { bubbles: true }));
  show();
  area.focus();
}

function show() {
  const all = offer(area.value, details(area.value));
  box.hidden = all.length === 0;
  const same = new Map(); // what stands in the text more than once is listed once
  for (const one of all) {
    const key = `${one.kind} ${one.words} ${one.instead ?? ""}`;
    same.set(key, [...(same.get(key) ?? []), one]);
  }
  list.replaceChildren(...[...same.values()].map((each) => {
    const [one] = each;
    const item = document.createElement("li"), kind = document.createElement("span");
    Object.assign(kind, { className: "muted", textContent: one.what ?? kinds[one.kind] });
    item.append(button(one.words, () => { area.focus(); area.setSelectionRange(one.start, one.end); }), " ", kind);
    if (one.instead) item.append(" ", button(writeText.replace("{name}", one.instead), () => write(each)));
    return item;
  }));
}

// The browser leaves out what does not fit in silence.
const cut = document.querySelector("[data-cut]");
area.addEventListener("paste", (event) => {
  const pasted = (event.clipboardData?.getData("text/plain") ?? "").replaceAll("\r\n", "\n");
  const kept = area.value.length - (area.selectionEnd - area.selectionStart);
  const over = kept + pasted.length - area.maxLength;
  cut.textContent = over > 0 ? cut.dataset.cut.replace("{count}", over.toLocaleString(document.documentElement.lang)) : "";
});

let timer = 0;
area.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, PAUSE); });
area.form.addEventListener("filled", show);
show();
// With scripts the text is saved before another form is sent, so there is nothing to warn of.
for (const line of document.querySelectorAll("[data-unscripted]")) line.remove();
