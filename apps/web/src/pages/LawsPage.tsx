import { forgetHandoffs, storeLayer } from "@aumai/handoff/browser"
import { storeLaws } from "@aumai/handoff/laws"
import { useState } from "react"

import { Heading } from "../ui/Heading.tsx"
import { Tick } from "../ui/Tick.tsx"
import { sentenceOf } from "../words/Sentence.ts"

interface Verdict {
  readonly name: string
  readonly milliseconds: number
  readonly problem?: string
}

// A separate database, because the laws write to it.
const database = "board laws"
const checks = storeLaws(storeLayer(database))

/** Runs the laws in one tab at a time, because they share the database. */
const inTurn = (run: () => Promise<void>): Promise<void> =>
  // Browsers have locks only in secure contexts.
  "locks" in navigator ? navigator.locks.request(database, run) : run()

export const LawsPage = () => {
  const [verdicts, setVerdicts] = useState<ReadonlyArray<Verdict>>([])
  const [isRunning, setIsRunning] = useState(false)

  const run = async (): Promise<void> => {
    if (isRunning) return
    setIsRunning(true)
    setVerdicts([])
    await inTurn(async () => {
      for (const { name, check } of checks) {
        const before = performance.now()
        const problem = await check().then(() => undefined, sentenceOf)
        const milliseconds = performance.now() - before
        setVerdicts((done) => [...done, { name, milliseconds, ...(problem === undefined ? {} : { problem }) }])
      }
      await forgetHandoffs(database).catch(() => {})
    })
    setIsRunning(false)
  }

  const kept = verdicts.filter(({ problem }) => problem === undefined).length
  return (
    <>
      <Heading title="Laws" />
      <p>
        Runs the laws of a store against this browser, in a separate database that is deleted afterwards. No store skips
        any of the {checks.length} laws.
      </p>
      <div className="actions">
        <button type="button" className="primary" aria-disabled={isRunning} onClick={() => void run()}>
          Run the laws
        </button>
        {isRunning ? (
          <progress value={verdicts.length} max={checks.length} aria-label="Laws that have run" />
        ) : undefined}
      </div>
      <p role="status">
        {isRunning ? "Running the laws …" : undefined}
        {!isRunning && verdicts.length > 0 ? `${kept} of ${checks.length} laws are kept by this browser.` : undefined}
      </p>
      <ul className="laws">
        {verdicts.map(({ name, milliseconds, problem }) => (
          <li key={name} data-kept={problem === undefined}>
            <Tick isKept={problem === undefined} />
            <span>
              {name}
              {problem === undefined ? undefined : (
                <span className="problem">
                  {" "}
                  <bdi>{problem}</bdi>
                </span>
              )}
            </span>
            <span className="number">{milliseconds.toFixed(0)} ms</span>
          </li>
        ))}
      </ul>
    </>
  )
}
