/** What the built page gets besides its bundle: the policy that keeps foreign code out, and the list of files to keep offline. */
import { createHash } from "node:crypto"

import type { Plugin } from "vite"

/**
 * Scripts and styles only from the files beside the page, nothing inline, no connection elsewhere; text can become neither
 * markup nor script, for nothing may assign markup at all. Only when built: the development server works with inline scripts.
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
  "trusted-types own-worker"
].join("; ")

export const onlyOwnCode = (): Plugin => ({
  name: "only-own-code",
  apply: "build",
  transformIndexHtml: {
    // Before all else in the head: what stands above the policy is not under it.
    order: "post",
    handler: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" }
    ]
  }
})

/** Tells the service worker which files there are, and a version that changes with any of them. */
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
      if (worker?.type !== "chunk") throw new Error("worker.js is not among the built files")
      const version = hash.digest("hex").slice(0, 16)
      worker.code = `const boardFiles=${JSON.stringify(["./", "icon.svg", ...files])},boardVersion="${version}";\n${worker.code}`
    }
  }
})
