// Put GraphiQL, its editor and our glue together into files a browser loads from our own origin:
// node scripts/bundle.mjs FOLDER. The same inputs give the same bytes.

import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const monaco = "monaco-editor/esm/vs";

const lean = {
  name: "lean",
  setup(build) {
    // The style sheet of GraphiQL holds the editor's already: the copies that its parts name would
    // be written again and never be loaded.
    build.onLoad({ filter: /monaco-editor.*\.css$/ }, () => ({ contents: "", loader: "css" }));
    // Two families of fonts, 400 KB of them: our pages have theirs.
    build.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path }) => {
      const sheet = await readFile(path, "utf8");
      const fonts = /@font-face\s*\{[^}]*font-family:\s*["']?(Roboto|Fira Code)[^}]*\}/g;
      return { contents: sheet.replace(fonts, ""), loader: "css" };
    });
  },
};

await build({
  absWorkingDir: root,
  entryPoints: {
    explorer: "static/explorer.js",
    "editor.worker": `${monaco}/editor/editor.worker.js`,
    "json.worker": `${monaco}/language/json/json.worker.js`,
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
  },
  outdir: process.argv[2],
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "error",
  plugins: [lean],
});
