/** Threads of browsers. */
import type { SchemaAnswer } from "@aumai/handoff-core"

import type { Start } from "./Box.ts"

/** The parts of a browser that are used here. */
interface Browser {
  readonly Worker: new (url: string) => {
    readonly postMessage: (question: string) => void
    readonly terminate: () => void
    readonly addEventListener: (
      type: "message" | "error",
      hear: (event: { readonly data: SchemaAnswer; readonly message?: string }) => void
    ) => void
  }
  /** The API of browsers that require a trusted type as a script's URL. */
  readonly trustedTypes?: {
    readonly createPolicy: (
      name: string,
      rules: { readonly createScriptURL: (url: string) => string }
    ) => { readonly createScriptURL: (url: string) => string }
  }
}

// The cast: TypeScript's DOM types are not there in every program that compiles this source.
const browser = globalThis as unknown as Browser

let policy: ReturnType<NonNullable<Browser["trustedTypes"]>["createPolicy"]> | undefined

const workerAt =
  (urlOf: () => string | Promise<string>): Start =>
  async (hear) => {
    const url = await urlOf()
    // A page can require trusted types, and name the policies that it allows.
    policy ??= browser.trustedTypes?.createPolicy("aumai-handoff", { createScriptURL: (url) => url })
    const worker = new browser.Worker(policy?.createScriptURL(url) ?? url)
    worker.addEventListener("message", ({ data }) => hear(data))
    worker.addEventListener("error", ({ message = "it cannot be loaded" }) =>
      hear({ gaveUp: `its worker failed: ${message}` })
    )
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    return { post: (question) => worker.postMessage(question), stop: async () => worker.terminate() }
  }

// A file beside this one, which bundlers copy and which a strict Content Security Policy allows.
const file = workerAt(() => new URL("./thread.js", import.meta.url).href)

// The same program, for a bundler that does not copy the file, and for modules from another origin.
const text = workerAt(async () => {
  const { script } = await import("./Script.ts")
  return URL.createObjectURL(new Blob([script], { type: "text/javascript" }))
})

export const startThreads: readonly [Start, Start] = [file, text]
