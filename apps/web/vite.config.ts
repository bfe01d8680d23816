import { defineConfig } from "vite"

import { hostHeaders, offline, onlyOwnCode } from "./tooling/plugins.ts"

export default defineConfig({
  base: "./",
  resolve: {
    // Preact: React's renderer would be a third of the start bundle, and this one is a tenth of its size.
    alias: [
      { find: /^react(?:-dom)?$/, replacement: "preact/compat" },
      { find: "react-dom/client", replacement: "preact/compat/client" },
      { find: "react/jsx-runtime", replacement: "preact/jsx-runtime" }
    ]
  },
  plugins: [onlyOwnCode(), offline(), hostHeaders()],
  build: {
    target: "es2024",
    // The supported browsers have module preload.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", worker: "src/worker.ts" },
      output: {
        entryFileNames: ({ name }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
        // One start bundle: a dozen small files, compressed separately, take 5 KiB more.
        codeSplitting: { groups: [{ name: "start", tags: ["$initial"], test: /^(?!.*\bworker\.ts$)/ }] }
      },
      // As docs/sdk.md advises: drops unused schemas of Effect.
      treeshake: { propertyReadSideEffects: false }
    }
  }
})
