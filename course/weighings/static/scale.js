// The beam tilts as one weighs. The server drew it first; this only moves it.
const ARM = 210, PIVOT = { x: 320, y: 56 }, WIDEST = 12, MILLISECONDS = 320;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

for (const form of document.querySelectorAll("form[data-scale]")) {
  const picture = form.querySelector("[data-beam]");
  const status = form.querySelector("[data-balance]");
  let shown = degreesOf(weights(form));
  let frame;
  const count = (now) => {
    for (const side of ["agreement", "client"]) {
      for (const place of form.querySelectorAll(`[data-total="${side}"], [data-sum="${side}"]`)) place.textContent = sum(now[side]);
    }
  };
  const update = () => {
    const now = weights(form);
    count(now);
    for (const side of ["agreement", "client"]) {
      now[side].forEach((weight, index) => resize(picture.querySelector(`[data-pan="${side}"] .w${index}`), weight));
    }
    const text = status.dataset.balance.replace("{agreement}", sum(now.agreement)).replace("{client}", sum(now.client));
    picture.setAttribute("aria-label", text);
    status.textContent = text;
    const from = shown, to = degreesOf(now), start = performance.now();
    cancelAnimationFrame(frame);
    const step = (time) => {
      const part = calm.matches ? 1 : Math.min(1, (time - start) / MILLISECONDS);
      shown = from + (to - from) * (1 - (1 - part) ** 3);
      tilt(picture, shown);
      if (part < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  };
  form.addEventListener("change", (event) => { if (event.target.closest(".consideration")) update(); });
  form.addEventListener("filled", update);
  count(weights(form)); // the page leaves this out until a weight is chosen
}

function weights(form) {
  const found = { agreement: [], client: [] };
  for (const side of ["agreement", "client"]) {
    const pan = form.querySelector(side === "agreement" ? ".pan.hard" : ".pan.soft");
    for (const field of pan.querySelectorAll(".consideration")) {
      found[side].push(Number(field.querySelector("input:checked")?.value ?? 0));
    }
  }
  return found;
}

function sum(values) { return values.reduce((total, value) => total + value, 0); }

function degreesOf({ agreement, client }) {
  const p = sum(agreement), c = sum(client);
  return p + c ? (WIDEST * (c - p)) / (c + p) : 0;
}

function tilt(picture, degrees) {
  const angle = (degrees * Math.PI) / 180, across = ARM * Math.cos(angle), down = ARM * Math.sin(angle);
  picture.querySelector("[data-arm]").setAttribute("transform", `rotate(${degrees} ${PIVOT.x} ${PIVOT.y})`);
  picture.querySelector('[data-pan="agreement"]').setAttribute("transform", `translate(${PIVOT.x - across} ${PIVOT.y - down})`);
  picture.querySelector('[data-pan="client"]').setAttribute("transform", `translate(${PIVOT.x + across} ${PIVOT.y + down})`);
}

function resize(shape, weight) {
  const size = 10 + 5 * weight, y = 60;
  shape.setAttribute("visibility", weight ? "visible" : "hidden");
  if (shape.tagName === "circle") {
    shape.setAttribute("r", size / 2);
    shape.setAttribute("cy", y - size / 2);
  } else {
    const middle = Number(shape.getAttribute("x")) + Number(shape.getAttribute("width")) / 2;
    for (const [name, value] of [["x", middle - size / 2], ["y", y - size], ["width", size], ["height", size]]) shape.setAttribute(name, value);
  }
}
