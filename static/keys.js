// Single keys press what carries them in data-key. Pages work without this file; with it the keys
// are shown, and can be switched off for good in this browser.

const STORE = "keys";
const page = document.documentElement;

function isOff() {
  try {
    return localStorage.getItem(STORE) === "off";
  } catch {
    return page.dataset.keys === "off"; // storage is denied: remembered while the page is open
  }
}

function remember(on) {
  page.dataset.keys = on ? "on" : "off";
  try {
    localStorage.setItem(STORE, page.dataset.keys);
  } catch {
    // As above.
  }
}

// The last one that can be seen: what has opened over the page comes after what it stands over.
function carrier(key) {
  const all = [...document.querySelectorAll("[data-key]")];
  return all.filter((one) => one.dataset.key.split(" ").includes(key) && one.checkVisibility()).at(-1);
}

const isTyping = (target) => target.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");

document.addEventListener("keydown", (event) => {
  const { key, target, repeat, ctrlKey, metaKey, altKey } = event;
  if (isOff() || repeat || ctrlKey || metaKey || altKey || event.defaultPrevented || isTyping(target)) return;
  const pressed = carrier(key.toLowerCase());
  if (!pressed) return;
  event.preventDefault();
  pressed.focus(); // so that the page goes on from what replaces it
  pressed.click();
});

const help = document.querySelector("[data-keys-help]");
const choice = document.querySelector("[data-keys-switch]");
page.dataset.keys = isOff() ? "off" : "on";
choice.checked = !isOff();
choice.addEventListener("change", () => remember(choice.checked));
help.hidden = false;
