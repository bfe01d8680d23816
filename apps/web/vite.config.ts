import { defineConfig } from "vite"

import { offline, onlyOwnCode } from "./tooling/plugins.ts"

export default defineConfig({
  base: "./",
  resolve: {
    // React's own renderer is a third of all that the board begins with; this one does the same in a tenth of that.
    alias: [
      { find: /^react(?:-dom)?$/, replacement: "preact/compat" },
      { find: "react-dom/client", replacement: "preact/compat/client" },
      { find: "react/jsx-runtime", replacement: "preact/jsx-runtime" }
    ]
  },
  plugins: [onlyOwnCode(), offline()],
  build: {
    target: "es2024",
    // The board loads its own modules at once; a polyfill for older browsers would only weigh.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", worker: "src/worker.ts" },
      output: {
        entryFileNames: ({ name }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
        // All that the board begins with in one file: a dozen small ones, each compressed by itself, take 5 KiB more.
        codeSplitting: { groups: [{ name: "start", tags: ["$initial"], test: /^(?!.*\bworker\.ts$)/ }] }
      },
      // As docs/sdk.md advises: otherwise what is not used of Effect's schemas is loaded, too.
      treeshake: { propertyReadSideEffects: false }
    }
  }
})
