// Copies a link that is shown once; without a clipboard the fields can be selected by hand.
const told = document.querySelector("[data-copied]");
const buttons = navigator.clipboard ? document.querySelectorAll("[data-copy]") : [];

buttons.forEach((button, index) => {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(field.value);
    told.textContent = told.dataset.copied.replace("{number}", index + 1);
  });
});
