// What taking a quiz adds to forms: number keys, bars to point at, a count of points, a slider with
// no place beforehand, and a clock. Without it everything can be done with the fields themselves.
document.documentElement.classList.add("scripted");
document.querySelector("[data-focus]")?.focus();

// --- 1 to 9 choose, where one thing is asked and nobody is typing --------------------------------
if (document.body.dataset.shortcuts === "on") {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
    const items = document.querySelectorAll("[data-item]");
    if (items.length !== 1) return;
    const boxes = [...items[0].querySelectorAll("fieldset > .tiles input, fieldset > .steps input")];
    const box = boxes[Number(event.key) - 1];
    if (!box) return;
    box.checked = box.type === "checkbox" ? !box.checked : true;
    box.focus();
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// --- Pointing at a bar ticks its box -------------------------------------------------------------
for (const bar of document.querySelectorAll("[data-bar]")) {
  const item = bar.closest("[data-item]");
  const box = item?.querySelector(`input[value="${bar.dataset.bar}"]`);
  if (!box) continue;
  const show = () => bar.classList.toggle("chosen", box.checked);
  bar.addEventListener("click", () => {
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
  box.addEventListener("change", show);
  box.form?.addEventListener("filled", show);
  show();
}

// --- A hundred points ----------------------------------------------------------------------------
for (const list of document.querySelectorAll("[data-hundred]")) {
  const said = list.parentElement.querySelector("[data-hundred-said]");
  const { leftText, overText, doneText } = list.dataset;
  const count = () => {
    const values = [...list.querySelectorAll("input")].map((input) => Number(input.value) || 0);
    const left = 100 - values.reduce((sum, value) => sum + value, 0);
    const text = left === 0 ? doneText : (left > 0 ? leftText : overText);
    said.textContent = text.replace("{count}", Math.abs(left));
  };
  list.addEventListener("input", count);
  list.closest("form")?.addEventListener("filled", count);
  if ([...list.querySelectorAll("input")].some((input) => input.value)) count();
}

// --- A slider beside its number: nothing is placed until it is touched ----------------------------
for (const box of document.querySelectorAll("[data-slider]")) {
  const field = box.querySelector("input");
  const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, step: 1 });
  range.setAttribute("aria-label", box.querySelector("label").textContent);
  const show = () => {
    const placed = field.value !== "";
    range.value = placed ? field.value : 50;
    range.classList.toggle("unset", !placed);
    range.setAttribute("aria-valuetext", placed ? field.value : box.dataset.unsetText);
  };
  const place = (value) => {
    field.value = Math.min(100, Math.max(0, value));
    show();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  range.addEventListener("input", () => { field.value = range.value; show(); });
  range.addEventListener("change", () => place(Number(range.value)));
  range.addEventListener("keydown", (event) => {
    const by = { PageUp: 10, PageDown: -10 }[event.key];
    if (!by) return;
    event.preventDefault();
    place(Number(field.value || 50) + by);
  });
  field.addEventListener("input", show);
  field.form?.addEventListener("filled", show);
  box.append(range);
  show();
}

// --- The clock: the server decides, this only tells ----------------------------------------------
const clock = document.querySelector("[data-clock]");
if (clock) {
  const end = performance.now() + Number(clock.dataset.left) * 1000;
  const shown = clock.querySelector("[data-clock-shown]"), said = clock.querySelector("[data-clock-said]");
  const { minutesText, minuteText, secondsText, overText, result } = clock.dataset;
  const SAID = [600, 300, 60, 30];
  let before = Infinity;
  const words = (left) => {
    if (left < 60) return secondsText.replace("{count}", left);
    const minutes = Math.ceil(left / 60);
    return minutes === 1 ? minuteText : minutesText.replace("{count}", minutes);
  };
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    shown.textContent = words(left);
    const due = SAID.find((moment) => before > moment && left <= moment);
    if (due && before !== Infinity) said.textContent = words(left);
    before = left;
    clock.classList.toggle("soon", left <= 60);
    if (left > 0) { setTimeout(tick, 1000); return; }
    shown.textContent = overText;
    said.textContent = overText;
    // The last answers are sent as one leaves; the server lets them in for a few seconds.
    document.querySelector("form[data-autosave]")?.dispatchEvent(new Event("focusout"));
    setTimeout(() => location.assign(result), 7000);
  };
  tick();
}
