// The explorer: GraphiQL on our own endpoint, as whoever is signed in. scripts/bundle.mjs puts it
// together with the packages it names; what a browser loads is static/vendor/explorer/.

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import "./explorer.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const place = document.getElementById("explorer");
const { query, given, editorWorker, jsonWorker, graphqlWorker } = place.dataset;

// Addresses come from the page: they change with the content, and so may be cached for ever.
const workers = { json: jsonWorker, graphql: graphqlWorker };
globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(workers[label] ?? editorWorker, { type: "module" }),
};

const endpoint = new URL("/graphql", location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol.replace("http", "ws");
const ask = createGraphiQLFetcher({ url: endpoint.href, subscriptionUrl: socket.href });

// Headers are written in any case; a socket gets them as the payload of its first message, where
// the name is `authorization`.
const lower = ([name, value]) => [name.toLowerCase(), value];
const fetcher = (params, options = {}) =>
  ask(params, { ...options, headers: Object.fromEntries(Object.entries(options.headers ?? {}).map(lower)) });

// The history would keep what was written under Headers, tokens among it, in the browser for ever.
const withoutHeaders = (text) => {
  try {
    return JSON.stringify(JSON.parse(text, (key, value) => (key === "headers" ? undefined : value)));
  } catch {
    return text; // not JSON: a theme, a width
  }
};
const storage = {
  get length() {
    return localStorage.length;
  },
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, text) => localStorage.setItem(key, withoutHeaders(text)),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
};

place.replaceChildren();
createRoot(place).render(
  createElement(GraphiQL, {
    fetcher,
    storage,
    defaultQuery: query,
    initialQuery: given,
    defaultEditorToolsVisibility: false,
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
  }),
);
