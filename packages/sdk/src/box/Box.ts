/** Asks a thread one question at a time, and replaces the thread when it exceeds a limit. */
import type { SchemaAnswer } from "@aumai/handoff-core"

/** A thread that runs `Script.ts`. It answers every question once, and once before the first to say that it is ready. */
export interface Thread {
  readonly post: (question: string) => void
  /** Ends the thread; resolves when it has ended. */
  readonly stop: () => Promise<unknown>
}

/** Starts a thread. It calls `hear` with each answer, and with `gaveUp` if it fails or ends. */
export type Start = (hear: (answer: SchemaAnswer) => void) => Promise<Thread>

/** Boxes answer every question and never reject. */
export interface Box {
  readonly ask: (question: string) => Promise<SchemaAnswer>
  readonly close: () => Promise<void>
}

// Milliseconds for one question. The largest schema and content are judged in a tenth of it; a person waits that long.
const questionLimit = 500

// Milliseconds until a thread must be ready: fifty times the usual, because a busy machine is no fault of the schema.
const startLimit = 5000

// Milliseconds that the next question waits for the end of a stopped thread: three times what Bun needs; Node and Deno need
// some 10. The compilation of a regular expression cannot be interrupted, so no thread starts beside a stopped one.
const stopLimit = 1500

// Milliseconds that a question waits for those before it: closing waits for all of them, and so does a lease.
const queueLimit = 2000

// Milliseconds. While the engine's own thread was busy, the answer may wait behind the timer that has run out.
const leeway = 50

const closed: SchemaAnswer = { gaveUp: "the handoffs were closed meanwhile" }
const stopping: SchemaAnswer = { gaveUp: "the thread of an earlier schema is still being stopped; try again later" }
const crowded: SchemaAnswer = { gaveUp: `other schemas were judged for more than ${queueLimit} ms; try again later` }

/**
 * Makes a box. Its thread starts with the first question and stays for the next ones. If one way to start a thread fails,
 * the next is tried.
 */
export const makeBox = (ways: readonly [Start, ...ReadonlyArray<Start>]): Box => {
  let left = ways
  let thread: Thread | undefined
  // Counts the threads, so that what an earlier one says late is not heard.
  let current = 0
  let receive: (answer: SchemaAnswer) => void = () => {}
  // The end of the thread that was stopped last, while that has not ended.
  let dying: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  /** The next answer of the thread, or that none came in time. */
  const next = (milliseconds: number, late: string): Promise<SchemaAnswer> =>
    new Promise((resolve) => {
      let timer = setTimeout(() => {
        timer = setTimeout(() => resolve({ gaveUp: late }), leeway)
      }, milliseconds)
      receive = (answer) => {
        clearTimeout(timer)
        resolve(answer)
      }
    })

  /** Waits for the thread, and stops it if it gave up: it may still be busy or have ended. */
  const settled = async (answering: Promise<SchemaAnswer>): Promise<SchemaAnswer> => {
    const answer = await answering
    if ("gaveUp" in answer) stop()
    return answer
  }

  const stop = (): void => {
    current += 1
    const ending = thread?.stop()
    thread = undefined
    if (ending === undefined) return
    const ended = ending.then(
      () => void (dying = undefined),
      () => void (dying = undefined)
    )
    dying = ended
  }

  /** Waits for the end of a stopped thread; `false` if it goes on. */
  const isStopped = async (): Promise<boolean> => {
    if (dying === undefined) return true
    let timer: ReturnType<typeof setTimeout> | undefined
    await Promise.race([dying, new Promise((resolve) => (timer = setTimeout(resolve, stopLimit)))])
    clearTimeout(timer)
    return dying === undefined
  }

  const start = async (): Promise<SchemaAnswer> => {
    const [way, another, ...others] = left
    const ready = next(startLimit, `its thread did not start within ${startLimit} ms`)
    const mine = current
    try {
      thread = await way((answer) => current === mine && receive(answer))
    } catch (cause) {
      receive({ gaveUp: `its thread cannot start: ${cause instanceof Error ? cause.message : String(cause)}` })
    }
    const answer = await settled(ready)
    if (!("gaveUp" in answer) || another === undefined || isClosed) return answer
    left = [another, ...others]
    return start()
  }

  const answerTo = async (question: string): Promise<SchemaAnswer> => {
    // One thread at a time, with the memory of one.
    if (!isClosed && !(await isStopped())) return stopping
    if (isClosed) return closed
    if (thread === undefined) {
      const started = await start()
      if ("gaveUp" in started) return started
    }
    const answer = next(questionLimit, `it was not judged within ${questionLimit} ms`)
    thread?.post(question)
    return settled(answer)
  }

  return {
    ask: (question) => {
      const asked = performance.now()
      const answer = last.then(() => (performance.now() - asked > queueLimit ? crowded : answerTo(question)))
      last = answer
      return answer
    },
    close: async () => {
      isClosed = true
      receive(closed)
      stop()
      await isStopped()
    }
  }
}
