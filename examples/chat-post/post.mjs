// Post each new connection of a member to a chat, by its incoming webhook.
//
// The place in the stream is kept in a file and moved when the chat has taken the message: nothing
// is lost over a restart. Killed between the two, the same message would be posted once more: it
// carries the same Idempotency-Key, and an orderly stop (Ctrl-C, SIGTERM) waits until both are done.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const { MUTUAL_URL = "http://127.0.0.1:8000", MUTUAL_TOKEN, CHAT_URL } = process.env;
const { PLACE_FILE = "chat-post.json" } = process.env;
const LONGEST_WAIT = 60;
// What no waiting mends: the token or the program has to be changed.
const FATAL = ["UNAUTHENTICATED", "FORBIDDEN_SCOPE", "BAD_REQUEST", 4400, 4401, 4403];

const ACCEPTED = `subscription Accepted($after: Cursor!) {
  requestAccepted(after: $after) { cursor occurredAt requestId member { name headline } } }`;
const NOW = "query Now { viewer { eventCursor } }";
const NEWEST = `query Newest($after: Cursor) { viewer { connections(first: 50, after: $after) {
  edges { connectedAt relationship { request { id } } node { name headline } }
  pageInfo { hasNextPage endCursor } } } }`;

let pong;
const mutual = createClient({
  url: `${MUTUAL_URL.replace(/^http/, "ws")}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${MUTUAL_TOKEN}` },
  retryAttempts: 0, // its own retry would begin at the old cursor again
  keepAlive: 10_000,
  on: {
    // A cable that was pulled says nothing: without an answer to a ping the socket is given up.
    ping: (theirs) => theirs || (pong = setTimeout(() => mutual.terminate(), 5_000)),
    pong: (theirs) => theirs && clearTimeout(pong),
    closed: () => clearTimeout(pong),
  },
});

async function* results(query, variables) {
  for await (const { data, errors } of mutual.iterate({ query, variables })) {
    if (errors) throw errors;
    yield data;
  }
}

async function ask(query, variables) {
  for await (const data of results(query, variables)) return data;
}

// { cursor, at }: the last event that was posted, and when it happened.
function place() {
  try {
    return JSON.parse(readFileSync(PLACE_FILE, "utf8"));
  } catch (problem) {
    if (problem.code === "ENOENT") return null;
    throw problem;
  }
}

function move(cursor, at) {
  writeFileSync(`${PLACE_FILE}.new`, JSON.stringify({ cursor, at }), { flush: true });
  renameSync(`${PLACE_FILE}.new`, PLACE_FILE); // whole or not at all
}

async function follow() {
  if (!place()) move((await ask(NOW)).viewer.eventCursor, new Date().toISOString());
  try {
    for await (const { requestAccepted } of results(ACCEPTED, { after: place().cursor })) {
      const { requestId, member, cursor, occurredAt } = requestAccepted;
      await whole(async () => {
        if (!caughtUp.delete(requestId)) await post(requestId, member);
        move(cursor, occurredAt);
      });
    }
  } catch (problem) {
    if (codeOf(problem) !== "CURSOR_EXPIRED") throw problem;
    await catchUp();
  }
}

// Away for longer than events are kept: what is new is read from the list, newest first.
const caughtUp = new Set();
async function catchUp() {
  const { eventCursor } = (await ask(NOW)).viewer;
  const since = new Date(place().at);
  const missed = [];
  for (let after = null; after !== undefined; ) {
    const { edges, pageInfo } = (await ask(NEWEST, { after })).viewer.connections;
    const fresh = edges.filter((edge) => new Date(edge.connectedAt) > since);
    missed.unshift(...fresh.reverse());
    after = pageInfo.hasNextPage && fresh.length === edges.length ? pageInfo.endCursor : undefined;
  }
  for (const { connectedAt, relationship, node } of missed) {
    await whole(async () => {
      await post(relationship.request.id, node);
      caughtUp.add(relationship.request.id);
      move(place().cursor, connectedAt);
    });
  }
  move(eventCursor, place().at);
}

async function post(id, member) {
  if (!member) return; // somebody who may no longer be seen
  const { name, headline } = member;
  const text = `New connection: ${[name, headline].filter(Boolean).join(", ")}`
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const answer = await fetch(CHAT_URL, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": id },
    body: JSON.stringify({ text }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`the chat answered ${answer.status}`);
}

// Posting and remembering it belong together: an orderly stop waits for both.
let busy = false;
let leaving = false;
async function whole(act) {
  busy = true;
  await act().finally(() => (busy = false));
  if (leaving) process.exit(0);
}
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => (busy ? (leaving = true) : process.exit(0)));
}

// A GraphQL error comes as a list, a closed socket with its code.
function codeOf(problem) {
  return Array.isArray(problem) ? problem[0].extensions?.code : problem.code;
}

function retryAfter(problem) {
  return (Array.isArray(problem) && problem[0].extensions?.retryAfter) || 0;
}

function stop(words) {
  console.error(words);
  process.exit(1);
}

if (!MUTUAL_TOKEN || !CHAT_URL) stop("Set MUTUAL_TOKEN and CHAT_URL.");
for (let wait = 1; ; ) {
  const before = place()?.cursor;
  let asked = 0;
  try {
    await follow();
  } catch (problem) {
    const words = (Array.isArray(problem) ? problem[0] : problem).message || codeOf(problem);
    if (FATAL.includes(codeOf(problem))) stop(`Mutual refused: ${words}`);
    if (leaving) process.exit(0);
    console.error(`${words}: trying again`);
    asked = retryAfter(problem);
  }
  wait = place()?.cursor === before ? Math.min(2 * wait, LONGEST_WAIT) : 1;
  await sleep(1000 * Math.max(wait, asked));
}
