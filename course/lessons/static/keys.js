// Single keys, only while nobody types, and only for who did not switch them off.
export function listenToKeys(page) {
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const at = event.target;
    if (at.isContentEditable || at.matches("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
    const weight = at.closest(".consideration") && page.querySelector(`input[name="${CSS.escape(at.name)}"][value="${CSS.escape(event.key)}"]`);
    if (weight) {
      weight.checked = true;
      weight.focus();
      weight.dispatchEvent(new Event("change", { bubbles: true }));
      event.preventDefault();
      return;
    }
    const find = {
      n: () => page.querySelector("[data-next]") || page.querySelector("main .actions .go"),
      p: () => page.querySelector("main a[rel=prev]"),
      s: () => page.querySelector("#steps a"),
      "?": () => page.querySelector('footer a[href$="/help"]'),
    }[event.key];
    const target = find && find();
    if (!target) return;
    event.preventDefault();
    if (event.key === "n" || event.key === "s") { target.focus(); target.scrollIntoView({ block: "nearest" }); }
    else target.click();
  });
}
