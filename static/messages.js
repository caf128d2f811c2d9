// What the pages of messages do beyond forms and links. They work without this file.

// The hour as the clock beside the reader has it, where they chose none and the page says UTC; and
// the day, in the words of the page.
const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = { weekday: "long", day: "numeric", month: "long" };

function dayOf(moment) {
  const [now, before] = [new Date(), new Date()];
  before.setDate(now.getDate() - 1);
  if (moment.toDateString() === now.toDateString()) return "Today";
  if (moment.toDateString() === before.toDateString()) return "Yesterday";
  const year = moment.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  return moment.toLocaleDateString("en-GB", { ...DAY, ...year }).replace(",", "");
}

// The names of days by UTC stay, out of sight: what comes live finds its place by them.
function nameDays(list) {
  for (const own of list.querySelectorAll("[data-local]")) own.remove();
  let last = "";
  for (const row of [...list.children]) {
    if (row.matches("[data-clock]")) row.hidden = true;
    const time = row.querySelector("time");
    const name = time && dayOf(new Date(time.dateTime));
    if (!name || name === last) continue;
    last = name;
    row.insertAdjacentHTML("beforebegin", '<li class="thread-day" data-local><h2></h2></li>');
    row.previousElementSibling.firstElementChild.textContent = name;
  }
}

// Where there is a keyboard, Enter sends; on glass it begins a line, as everywhere.
const KEYBOARD = matchMedia("(hover: hover) and (pointer: fine)").matches;

function arrange() {
  for (const time of document.querySelectorAll("time[data-clock]")) {
    time.textContent = CLOCK.format(new Date(time.dateTime));
    delete time.dataset.clock;
  }
  for (const list of document.querySelectorAll(".thread-messages:has(> [data-clock])")) {
    nameDays(list);
  }
  for (const hint of document.querySelectorAll(".enter-hint")) hint.hidden = !KEYBOARD;
  // The list stays while conversations change beside it, and rows come in live.
  for (const row of document.querySelectorAll(".conversation > a")) {
    if (row.pathname === location.pathname) row.setAttribute("aria-current", "page");
    else row.removeAttribute("aria-current");
  }
}

// The box empties as its message leaves. What is typed meanwhile is for the next one: it outlives
// the answer, and where it was sent too soon it goes as soon as it can.
const BOX = "[data-enter-sends]";
const leaving = new Map();
const kept = new Map();

const boxOf = (form) => form?.matches?.("form.compose-message") && form.querySelector(BOX);
const together = (...texts) => texts.filter((text) => text?.trim()).join("\n");

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key !== "Enter" || !KEYBOARD || !target.matches?.(BOX)) return;
  if (event.shiftKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  if (!target.value.trim()) return;
  const left = leaving.get(target.id);
  if (left) left.again = true;
  else target.form.requestSubmit();
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const box = boxOf(ctx.sourceElement);
  if (!box) return;
  leaving.set(box.id, { text: box.value, again: false });
  box.value = "";
});

// No answer, or none that brings the words back: they return to the box.
function comeBack({ detail: { ctx } }) {
  const box = boxOf(ctx?.sourceElement);
  const left = box && leaving.get(box.id);
  if (!left || ctx.response?.status === 422) return;
  leaving.delete(box.id);
  box.value = together(left.text, box.value);
}

document.addEventListener("htmx:error", comeBack);
document.addEventListener("htmx:response:error", comeBack);

document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  for (const { target } of tasks) {
    for (const box of target?.querySelectorAll?.(BOX) ?? []) kept.set(box.id, box.value);
  }
});

function goOn(box) {
  const left = leaving.get(box.id);
  leaving.delete(box.id);
  box.value = together(box.value, kept.get(box.id));
  kept.delete(box.id);
  if (left?.again && box.value && !box.matches("[aria-invalid]")) box.form.requestSubmit();
}

// Only once htmx knows the new box: before, it would leave as a form does without a script.
document.addEventListener("htmx:after:process", ({ target }) => {
  target.querySelectorAll?.(BOX).forEach(goOn);
});
document.addEventListener("htmx:after:settle", arrange);
arrange();
