/** Vite plugins that add policies to the built page, and the list of its files to the service worker. */
import { createHash } from "node:crypto"

import type { Plugin } from "vite"

import { headers, headersFile } from "../../../tooling/headers.ts"

/**
 * Allows scripts and styles from the files beside the page only, nothing inline, and no connection to other sites. Text
 * cannot become markup or script, because trusted types forbid assigning markup. The development server needs inline
 * scripts, so only the built page has the policy.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types own-worker aumai-handoff"
].join("; ")

export const onlyOwnCode = (): Plugin => ({
  name: "only-own-code",
  apply: "build",
  transformIndexHtml: {
    // First in the head, because the policy does not apply to elements above it.
    order: "post",
    handler: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" }
    ]
  }
})

/** Prepends the list of built files to the service worker, with a version that changes with any of them. */
export const offline = (): Plugin => ({
  name: "offline",
  apply: "build",
  generateBundle: {
    order: "post",
    handler: (_, bundle) => {
      const files = Object.keys(bundle).filter((file) => file !== "worker.js" && !file.endsWith(".map"))
      const hash = createHash("sha256")
      for (const file of files) {
        const output = bundle[file]
        if (output !== undefined) hash.update(output.type === "chunk" ? output.code : output.source)
      }
      const worker = bundle["worker.js"]
      if (worker?.type !== "chunk")
        throw new Error("worker.js is not among the built files; check the `worker` input in vite.config.ts")
      const version = hash.digest("hex").slice(0, 16)
      worker.code = `const boardFiles=${JSON.stringify(["./", "icon.svg", ...files])},boardVersion="${version}";\n${worker.code}`
    }
  }
})

/**
 * Sends the headers of the page from Vite's servers, and adds the file that tells them to some hosts: after `offline`,
 * because a host does not serve it.
 */
export const hostHeaders = (): Plugin => ({
  name: "host-headers",
  config: () => ({ server: { headers }, preview: { headers } }),
  generateBundle: {
    order: "post",
    handler() {
      this.emitFile({ type: "asset", fileName: "_headers", source: headersFile })
    }
  }
})
