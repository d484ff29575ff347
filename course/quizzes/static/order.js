// Putting in order with two buttons an item. The selects stay in the form and carry the places.
// In a quiz (data-keep-text) nothing has a place until somebody moved something, or said that it
// may stay as it stands; so an order that nobody chose is never saved.
for (const list of document.querySelectorAll("[data-order]")) {
  const form = list.closest("form");
  const waits = list.dataset.keepText !== undefined;
  const said = document.createElement("p");
  said.className = "govuk-visually-hidden";
  said.setAttribute("role", "status");
  list.after(said);
  const keep = Object.assign(document.createElement("button"), { type: "button", className: "btn keep" });
  if (waits) {
    keep.textContent = list.dataset.keepText;
    keep.addEventListener("click", () => {
      number();
      items()[0].querySelector(".moves button:not(:disabled)").focus();
      said.textContent = list.dataset.keptText;
      select(items()[0]).dispatchEvent(new Event("change", { bubbles: true }));
    });
    list.after(keep);
  }
  const items = () => [...list.children];
  const select = (item) => item.querySelector("select");
  const words = (item) => item.querySelector("label").textContent.trim();

  for (const item of items()) {
    select(item).hidden = true;
    const place = Object.assign(document.createElement("span"), { className: "place", ariaHidden: "true" });
    item.prepend(place);
    const moves = Object.assign(document.createElement("span"), { className: "moves" });
    for (const [sign, by, text] of [["↑", -1, list.dataset.upText], ["↓", 1, list.dataset.downText]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign });
      button.setAttribute("aria-label", `${text}: ${words(item)}`);
      button.addEventListener("click", () => move(item, by, button));
      moves.append(button);
    }
    item.append(moves);
  }

  function move(item, by, button) {
    const all = items(), at = all.indexOf(item), other = all[at + by];
    if (!other) return;
    if (by < 0) other.before(item); else other.after(item);
    number();
    (button.disabled ? item.querySelector(".moves button:not(:disabled)") : button).focus();
    said.textContent = `${words(item)}: ${list.dataset.placeText.replace("{place}", at + by + 1).replace("{total}", all.length)}`;
    select(item).dispatchEvent(new Event("change", { bubbles: true }));
  }

  function number() {
    items().forEach((item, index) => { select(item).value = String(index + 1); });
    show();
  }

  function show() {
    keep.hidden = items().every((item) => select(item).value);
    items().forEach((item, index, all) => {
      item.querySelector(".place").textContent = select(item).value || "–";
      const [up, down] = item.querySelectorAll(".moves button");
      up.disabled = index === 0;
      down.disabled = index === all.length - 1;
    });
  }

  function arrange() {
    const places = items().map((item) => Number(select(item).value) || 99);
    items().map((item, index) => [places[index], item]).sort((a, b) => a[0] - b[0]).forEach(([, item]) => list.append(item));
    if (waits) show(); else number();
  }

  form.addEventListener("filled", arrange);
  arrange();
}
