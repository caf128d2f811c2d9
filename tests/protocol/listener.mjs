// An integrator with the graphql-sse package: what it saw, as one JSON line.
//   listener.mjs URL TOKEN MEMBER
// MEMBER is asked to connect once the stream of events is open.
import { createClient } from "graphql-sse";

const [url, token, member] = process.argv.slice(2);

function connect(authorization) {
  return createClient({ url, retryAttempts: 0, headers: authorization ? { authorization } : {} });
}

async function all(client, payload) {
  const seen = [];
  try {
    for await (const result of client.iterate(payload)) seen.push(result);
  } catch (error) {
    seen.push({ thrown: error.message, status: error.response?.status });
  }
  return seen;
}

const client = connect(`Bearer ${token}`);
const seen = {
  query: await all(client, { query: "{ viewer { member { name } } }" }),
  syntax: await all(client, { query: "{" }),
  validation: await all(client, { query: "{ one two }" }),
  coercion: await all(client, { query: "query A($id: ID!) { node(id: $id) { id } }" }),
  partial: await all(client, { query: "{ __typename members(first: 0) { nodes { id } } }" }),
  wrong: await all(connect("Bearer mut_wrong"), { query: "{ __typename }" }),
  stranger: await all(connect(), { query: "subscription { events { cursor } }" }),
};

const [{ data }] = await all(client, { query: "{ viewer { eventCursor } }" });
const events = client.iterate({
  query: "subscription A($after: Cursor) { events(after: $after) { __typename cursor } }",
  variables: { after: data.viewer.eventCursor },
});
const send = `mutation A($to: ID!) { sendConnectionRequest(input: {recipientId: $to, basis: OTHER}) {
  userErrors { code } } }`;
const next = events.next();
seen.mutation = await all(client, { query: send, variables: { to: member } });
seen.event = (await next).value;
await events.return();
client.dispose();
console.log(JSON.stringify(seen));
