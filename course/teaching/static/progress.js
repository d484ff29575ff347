// Moves through the table as through a grid, and keeps it up to date while a class works.
(() => {
  "use strict";
  const EVERY = 15000; // milliseconds

  const cellsOf = (row) => [...row.children];
  const rowsOf = (table) => [...table.tBodies[0].rows];

  function beGrid(table) {
    if (!table) return;
    table.setAttribute("role", "grid");
    rowsOf(table).forEach((row) => cellsOf(row).forEach((cell) => { cell.tabIndex = -1; }));
    const first = table.tBodies[0].rows[0];
    if (first) first.children[0].tabIndex = 0;
  }

  function step(cell, key, ctrl) {
    const row = cell.parentElement, rows = rowsOf(cell.closest("table"));
    const x = cellsOf(row).indexOf(cell), y = rows.indexOf(row), last = row.children.length - 1;
    const to = {
      ArrowLeft: [x - 1, y], ArrowRight: [x + 1, y], ArrowUp: [x, y - 1], ArrowDown: [x, y + 1],
      Home: [0, ctrl ? 0 : y], End: [last, ctrl ? rows.length - 1 : y],
    }[key];
    return to && rows[to[1]] ? rows[to[1]].children[to[0]] : null;
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-grid] tbody :is(td, th)");
    if (!cell || event.altKey || event.metaKey) return;
    if (event.target === cell && event.key === "Enter") {
      const link = cell.querySelector("a");
      if (link) link.click();
    } else if (event.target === cell && event.key === " ") {
      const box = cell.parentElement.querySelector("input[type=checkbox]");
      if (!box) return;
      box.click();
      event.preventDefault();
    } else {
      const next = step(cell, event.key, event.ctrlKey);
      if (!next) return;
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
      event.preventDefault();
    }
  });

  function isBusy(part) {
    return part.contains(document.activeElement) || part.querySelector("[name=to]:checked");
  }

  async function look() {
    const part = document.querySelector("[data-progress]");
    if (!part || document.hidden) return;
    const address = new URL(part.dataset.address, location.href);
    address.searchParams.set("mark", part.dataset.mark);
    let answer;
    try {
      answer = await fetch(address, { headers: { "HX-Request": "true" } });
    } catch { return; } // the network is away: what is shown stays
    if (answer.status !== 200 || answer.redirected) return;
    if (isBusy(part)) { // nothing is taken from under somebody's hands
      const news = part.querySelector("[data-news]");
      news.hidden = false;
      return;
    }
    const html = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = html.querySelector("[data-progress]");
    if (!fresh || isBusy(part)) return;
    fresh.dataset.address = part.dataset.address;
    part.replaceWith(document.adoptNode(fresh));
    beGrid(fresh.querySelector("[data-grid]"));
  }

  beGrid(document.querySelector("[data-grid]"));
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look); // back from another tab
})();
