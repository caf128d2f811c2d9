// What pages do beyond forms and links. Every page works without this file.

const seconds = (n) => n * 1000;
const byId = (id) => document.getElementById(id);

// How long a text is, as the schema counts: by characters, not by halves of them.
const length = (text) => [...text.trim().replaceAll("\r\n", "\n")].length;

function count(field) {
  const counter = byId(`${field.id}-count`);
  const limit = Number(field.dataset.limit);
  const used = length(field.value);
  const left = limit - used;
  counter.textContent = left < 0 ? `${-left} too many` : used ? `${left} left of ${limit}` : `Up to ${limit} characters`;
  counter.classList.toggle("is-over", left < 0);
  counter.classList.toggle("is-near", left >= 0 && left <= 50);
  // Spoken after a pause, and only when it matters.
  clearTimeout(field.spoken);
  if (left <= 50) field.spoken = setTimeout(() => say(`${counter.textContent} characters`), seconds(1));
}

function say(text) {
  const region = byId("announce");
  if (region) region.textContent = text;
}

function countAll(root) {
  for (const field of root.querySelectorAll("textarea[data-limit]")) count(field);
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("textarea[data-limit]")) count(target);
});

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) {
    event.preventDefault();
    dismiss.closest(".flash").remove();
  }
  closeMenus(event.target);
});

document.addEventListener("keydown", ({ key, target }) => {
  if (key !== "Escape") return;
  const menu = target.closest?.("details[data-closes][open]");
  menu?.querySelector("summary").focus();
  closeMenus(null);
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-closes][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

// An act that failed on the way: nothing was swapped, so say it where notes are shown.
const TROUBLE = {
  403: "That was not allowed. Load the page again and try once more.",
  404: "This is not there any more. Load the page again to see how things stand.",
  413: "That is too long to send.",
  429: "Too many requests in a short time. Wait a minute, then try again.",
  503: "The site cannot reach its data just now. Nothing was changed; try again in a minute.",
};

function trouble(text) {
  const note = byId("trouble")?.content.cloneNode(true);
  if (!note) return;
  note.querySelector("p").textContent = text;
  byId("flashes").replaceChildren(note);
  byId("flashes").scrollIntoView({ block: "nearest" });
}

const isLive = (element) => element?.id === "live";

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (isLive(ctx.sourceElement)) return lost();
  const status = ctx.response.status;
  if (status === 401 || status === 422) return;
  trouble(TROUBLE[status] ?? "Something broke on our side. Load the page again to see how things stand.");
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx) return;
  if (isLive(ctx.sourceElement)) return lost();
  trouble("The site could not be reached. Check your connection, then try again.");
});

// Live updates: a short loss is nobody's business; after five seconds a quiet banner says so.
let patience = null;

function lost() {
  patience ??= setTimeout(() => (byId("offline").hidden = false), seconds(5));
}

function connected() {
  clearTimeout(patience);
  patience = null;
  byId("offline").hidden = true;
}

document.addEventListener("htmx:sse:error", lost);
document.addEventListener("htmx:sse:after:connection", ({ detail: { connection } }) => {
  if (connection.status < 400) connected();
});
document.addEventListener("signed-out", () => {
  connected();
  byId("signed-out").hidden = false;
});

// Whoever pressed a button in what was replaced goes on where the page goes on.
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  for (const task of tasks) task.hadFocus = task.target?.contains?.(document.activeElement) && task.target !== document.body;
});

document.addEventListener("htmx:after:settle", ({ detail: { task, newContent } }) => {
  const fresh = newContent.filter((node) => node.nodeType === Node.ELEMENT_NODE);
  fresh.forEach(countAll);
  if (!task.hadFocus || document.activeElement !== document.body) return;
  const goals = ["[autofocus]", "[tabindex='-1']", "a, button, summary"];
  const within = (goal) => fresh.flatMap((node) => [...node.querySelectorAll(goal)]);
  goals.flatMap(within).find((node) => node.checkVisibility())?.focus();
});

countAll(document);
// On a narrow screen the lit tab may stand beyond the edge.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
