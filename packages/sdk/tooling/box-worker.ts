/** The program of the box's thread; `box.ts` bundles it. It runs as a worker of Node, Bun or Deno, or of a browser. */
import { judge, type SchemaAnswer } from "@aumai/handoff-core/SchemaJudge"

/** The other end of the thread. */
interface Port {
  readonly post: (answer: SchemaAnswer) => void
  readonly hear: (ask: (question: string) => void) => void
}

const port = (): Port => {
  const parent = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort
  if (parent != null) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    return { post: (answer) => parent.postMessage(answer), hear: (ask) => parent.on("message", ask) }
  }
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    post: (answer) => globalThis.postMessage(answer),
    hear: (ask) => globalThis.addEventListener("message", ({ data }) => ask(String(data)))
  }
}

const { hear, post } = port()
hear((question) => post(judge(question)))
// Tells that the thread is ready.
post({ faults: [], more: 0 })
