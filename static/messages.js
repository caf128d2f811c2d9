// What the pages of messages do beyond forms and links. They work without this file.

// The hour as the clock beside the reader has it, where they chose none and the page says UTC.
const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// Where there is a keyboard, Enter sends; on glass it begins a line, as everywhere.
const KEYBOARD = matchMedia("(hover: hover) and (pointer: fine)").matches;

function arrange() {
  for (const time of document.querySelectorAll("time[data-clock]")) {
    time.textContent = CLOCK.format(new Date(time.dateTime));
    delete time.dataset.clock;
  }
  for (const hint of document.querySelectorAll(".enter-hint")) hint.hidden = !KEYBOARD;
  // The list stays while conversations change beside it, and rows come in live.
  for (const row of document.querySelectorAll(".conversation > a")) {
    if (row.pathname === location.pathname) row.setAttribute("aria-current", "page");
    else row.removeAttribute("aria-current");
  }
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key !== "Enter" || !KEYBOARD || !target.matches?.("[data-enter-sends]")) return;
  if (event.shiftKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  if (target.value.trim()) target.form.requestSubmit();
});

document.addEventListener("htmx:after:settle", arrange);
arrange();
