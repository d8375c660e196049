/** Builds the console into `dist`: one page, hashed files, nothing inline, since the page's policy forbids inline script. */
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** Class names of components are told 1,500 times in the bundle: four letters are enough, and two styles never share them. */
const shortNames = new Map<string, string>();
function cssHash({ hash, css }: { hash: (text: string) => string; css: string }): string {
  const name = `s${hash(css).slice(0, 4)}`;
  if ((shortNames.get(name) ?? css) !== css) throw new Error(`two components would share the class ${name}`);
  shortNames.set(name, css);
  return name;
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  plugins: [svelte({ configFile: false, compilerOptions: { cssHash } })],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // The colours are written with light-dark(), which these know.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The console, and the small page behind a one-ticket link.
      input: {
        index: fileURLToPath(new URL("index.html", import.meta.url)),
        t: fileURLToPath(new URL("t.html", import.meta.url)),
        "t-worker": fileURLToPath(new URL("src/phone/worker.ts", import.meta.url)),
      },
      // A worker keeps its name: browsers look there whether it has changed.
      output: {
        entryFileNames: (chunk) => (chunk.name === "t-worker" ? "[name].js" : "assets/[name]-[hash].js"),
      },
      checks: { pluginTimings: false },
    },
  },
});
