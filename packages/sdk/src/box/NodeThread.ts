/** Threads of Node, Bun and Deno. */
import type { SchemaAnswer } from "@aumai/handoff-core"

import type { Start } from "./Box.ts"

// MiB. A schema and a content of the greatest size need 20 of them. Bun and Deno have no such limit, only that of time.
const heap = 64

/** Starts a worker from the text of its program, because a path beside this file is lost in a bundle. */
export const startThread: Start = async (hear) => {
  // The module is not imported, because bundlers for browsers know no such module.
  const { script } = await import("./Script.ts")
  const { Worker } = process.getBuiltinModule("node:worker_threads")
  const worker = new Worker(script, {
    eval: true,
    // Flags of the process, such as a loader, are not meant for this program.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: heap / 4 }
  })
  worker.on("message", (answer: SchemaAnswer) => hear(answer))
  worker.on("error", ({ message }: Error) => hear({ gaveUp: `it could not be judged with ${heap} MiB: ${message}` }))
  worker.on("exit", () => hear({ gaveUp: "its thread has ended" }))
  // The timer of a question keeps the process alive, an idle thread does not.
  worker.unref()
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
  return { post: (question) => worker.postMessage(question), stop: () => worker.terminate() }
}
