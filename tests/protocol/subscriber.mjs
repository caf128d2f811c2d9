// An integrator with the graphql-ws package: what it saw, as one JSON line.
//   subscriber.mjs URL TOKEN MEMBER
// MEMBER is asked to connect once the stream of events is open.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, token, member] = process.argv.slice(2);

function connect(authorization) {
  return createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    connectionParams: authorization ? { authorization } : undefined,
  });
}

async function all(client, payload) {
  const seen = [];
  try {
    for await (const result of client.iterate(payload)) seen.push(result);
  } catch (error) {
    // An array of errors that the server sent, or the event the socket was closed with.
    seen.push(Array.isArray(error) ? { refused: error } : { closed: error.code });
  }
  return seen;
}

const client = connect(`Bearer ${token}`);
const pongs = [];
client.on("pong", (received, payload) => received && pongs.push(payload ?? null));

const seen = {
  query: await all(client, { query: "{ viewer { member { name } } }" }),
  syntax: await all(client, { query: "{" }),
  validation: await all(client, { query: "{ one two }" }),
  coercion: await all(client, { query: "query A($id: ID!) { node(id: $id) { id } }" }),
  partial: await all(client, { query: "{ __typename members(first: 0) { nodes { id } } }" }),
  wrong: await all(connect("Bearer mut_wrong"), { query: "{ __typename }" }),
  stranger: await all(connect(), { query: "subscription { events { cursor } }" }),
};

const events = client.iterate({
  query: "subscription A($after: Cursor) { events(after: $after) { __typename cursor } }",
  variables: { after: (await all(client, { query: "{ viewer { eventCursor } }" }))[0].data.viewer.eventCursor },
});
const send = `mutation A($to: ID!) { sendConnectionRequest(input: {recipientId: $to, basis: OTHER}) {
  userErrors { code } } }`;
const next = events.next();
seen.mutation = await all(client, { query: send, variables: { to: member } });
seen.event = (await next).value;
await events.return();
seen.after = await all(client, { query: "{ __typename }" });
await client.dispose();
console.log(JSON.stringify(seen));
