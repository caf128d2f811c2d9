// The dance of a browser app or a server, with oauth4webapi: `begin` says where to send the
// member, `finish` goes on with where they were sent back to.
import * as oauth from "oauth4webapi";

const [step, given] = process.argv.slice(2);
const input = JSON.parse(given);
const insecure = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(input.server);
const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
const as = await oauth.processDiscoveryResponse(issuer, found);
const client = { client_id: input.clientId };
const proof = input.secret ? oauth.ClientSecretBasic(input.secret) : oauth.None();

async function begin() {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const address = new URL(as.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: client.client_id,
    redirect_uri: input.back,
    response_type: "code",
    scope: "events:read profile:read",
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  })) address.searchParams.set(name, value);
  return { address: address.href, verifier, state };
}

async function ask(token) {
  const headers = new Headers({
    "content-type": "application/json",
    accept: "application/graphql-response+json",
  });
  const body = JSON.stringify({ query: "{ viewer { member { handle } } }" });
  const target = new URL("/graphql", issuer);
  const answer = await oauth.protectedResourceRequest(token, "POST", target, headers, body, insecure);
  return (await answer.json()).data.viewer.member.handle;
}

async function refused(work) {
  try {
    await work();
  } catch (error) {
    return error.error ?? error.cause?.[0]?.parameters?.error ?? String(error);
  }
  return "nothing";
}

async function refresh(token) {
  const answer = await oauth.refreshTokenGrantRequest(as, client, proof, token, insecure);
  return oauth.processRefreshTokenResponse(as, client, answer);
}

async function finish() {
  const sent = oauth.validateAuthResponse(as, client, new URL(input.landed), input.state);
  const answer = await oauth.authorizationCodeGrantRequest(
    as, client, proof, sent, input.back, input.verifier, insecure);
  const first = await oauth.processAuthorizationCodeResponse(as, client, answer);
  const handle = await ask(first.access_token);
  const second = await refresh(first.refresh_token);
  const again = await ask(second.access_token);
  let active = null;
  if (input.secret) {
    const said = await oauth.introspectionRequest(as, client, proof, second.access_token, insecure);
    active = (await oauth.processIntrospectionResponse(as, client, said)).active;
  }
  const revoked = await oauth.revocationRequest(as, client, proof, second.refresh_token, insecure);
  await oauth.processRevocationResponse(revoked);
  return {
    handle,
    again,
    active,
    scope: first.scope,
    afterwards: await refused(() => ask(second.access_token)),
    refreshing: await refused(() => refresh(second.refresh_token)),
  };
}

console.log(JSON.stringify(await (step === "begin" ? begin() : finish())));
