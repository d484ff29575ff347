// A file is sent as soon as it is chosen, and the page stays where it is. Without this script the
// button beside the field sends it with the page.
for (const box of document.querySelectorAll("[data-file]")) {
  box.addEventListener("change", (event) => { if (event.target.type === "file") send(box); });
  box.addEventListener("click", (event) => {
    if (!event.target.closest("[data-put]")) return;
    event.preventDefault();
    const field = fieldOf(box);
    if (field.files.length) send(box); else field.click();
  });
}

const fieldOf = (box) => box.querySelector("input[type=file]");

function say(box, text, isTrouble) {
  const line = box.querySelector("[data-file-said]");
  line.textContent = text;
  line.classList.toggle("trouble", isTrouble);
  box.classList.toggle("unsent-file", isTrouble && fieldOf(box).files.length > 0);
}

async function send(box) {
  const { file: address, slug, most, busyText, largeText, failedText } = box.dataset;
  const field = fieldOf(box), form = field.form;
  const [chosen] = field.files;
  if (!chosen) return;
  if (chosen.size > Number(most)) {
    field.value = "";
    say(box, largeText, true);
    return;
  }
  const body = new FormData();
  body.append(slug, chosen);
  body.append(`revision.${slug}`, form.elements[`revision.${slug}`].value);
  say(box, busyText, false);
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, {
      method: "POST", body,
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value, "X-Owner": form.dataset.owner },
    });
    const said = await answer.json();
    if (said.html) show(box, said, answer.ok);
    else say(box, said.error, true);
    if (said.over) form.dispatchEvent(new CustomEvent("over", { bubbles: true }));
  } catch {
    say(box, failedText, true);
  } finally {
    box.removeAttribute("aria-busy");
  }
}

// What the server made of it, and the keyboard where it was.
function show(box, said, isKept) {
  const hadFocus = box.contains(document.activeElement);
  box.querySelector("[data-file-area]").innerHTML = said.html;
  say(box, isKept ? said.said : "", false);
  const field = fieldOf(box);
  if (hadFocus) field.focus();
  if (isKept) field.form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: said }));
}
