// Words and characters while one types, counted by the rule of course/domain/words.py.
const WORD = /[\p{L}\p{N}](?!\uFE0F)[^\s\x1c-\x1f\x85\uFEFF]*/gu;

export function countAsYouType(page) {
  for (const area of page.querySelectorAll("textarea[data-count-words]")) {
    const line = (area.closest("[data-item]") ?? area.form).querySelector("[data-count]");
    const show = () => {
      const count = (area.value.match(WORD) || []).length;
      const words = count === 1 ? area.dataset.wordText : area.dataset.wordsText;
      line.textContent = words.replace("{count}", count);
    };
    watch(area, show);
  }
  for (const area of page.querySelectorAll("textarea[data-count-characters]")) {
    const line = page.getElementById(`${area.id}-count`);
    if (!line) continue;
    const show = () => {
      const left = Number(area.dataset.countCharacters) - area.value.length;
      line.textContent = (left < 0 ? line.dataset.overText : line.dataset.leftText).replace("{count}", Math.abs(left));
      line.classList.toggle("trouble", left < 0);
    };
    watch(area, show);
  }
}

function watch(area, show) {
  area.addEventListener("input", show);
  area.form.addEventListener("filled", show);
  show();
}
