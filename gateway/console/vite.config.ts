/** Builds the console into `dist`: one page, hashed files, nothing inline, since the page's policy forbids inline script. */
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  plugins: [svelte({ configFile: false })],
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
      input: [fileURLToPath(new URL("index.html", import.meta.url)), fileURLToPath(new URL("t.html", import.meta.url))],
      checks: { pluginTimings: false },
    },
  },
});
