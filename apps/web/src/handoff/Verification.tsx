import type { Verification } from "@aumai/handoff"
import { useId, useState } from "react"

import { useBoard, useSnapshot } from "../data/Context.ts"
import { hrefOf } from "../data/Route.ts"
import { OutcomeText, useOutcome } from "../moves/Outcome.tsx"
import { entriesText, nameText } from "../words/Words.ts"

// More are counted, not listed.
const listedFlaws = 200
// So many handoffs between two drawings of how far it is.
const each = 50

const Flaws = ({ flaws, faults }: Verification) => (
  <>
    <ul className="reports">
      {flaws.slice(0, listedFlaws).map(({ recordId, revision, problem }) => (
        <li key={recordId} data-outcome="broken">
          <a href={hrefOf(recordId)}>{nameText(recordId)}</a>, revision {revision}: {problem}
        </li>
      ))}
      {faults.slice(0, listedFlaws).map((fault) => (
        <li key={fault} data-outcome="broken">
          {fault}
        </li>
      ))}
    </ul>
    {flaws.length > listedFlaws ? <p>… and {flaws.length - listedFlaws} more.</p> : undefined}
  </>
)

/** Looks whether all that is in this browser is what was once put on record. */
export const VerifyAll = () => {
  const { handoffs } = useBoard()
  const { cards } = useSnapshot()
  const id = useId()
  const [looked, setLooked] = useState(0)
  const [found, setFound] = useState<Verification>()
  const [outcome, perform] = useOutcome()
  const verify = () =>
    perform(async () => {
      setFound(undefined)
      setLooked(0)
      const verification = await handoffs.verify({
        onProgress: (count) => {
          if (count % each === 0) setLooked(count)
        }
      })
      setFound(verification)
      const { entries, faults, flaws, signed } = verification
      const { handoffs: count } = verification
      const much = `${count === 1 ? "1 handoff" : `${count} handoffs`} with ${entriesText(entries, signed)}`
      const broken = flaws.length + faults.length
      if (broken > 0) throw new Error(`Of ${much}, this does not hold:`)
      return `All of it holds: ${much}.`
    })
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>Verify</h2>
      <p>
        Each entry of a trail holds the SHA-256 of the one before it, and agents may sign what they do: what was changed
        afterwards is found.
      </p>
      <button type="button" aria-disabled={outcome.isBusy} onClick={() => void verify()}>
        Verify everything
      </button>
      {outcome.isBusy === true ? (
        <progress value={looked} max={Math.max(cards.size, 1)} aria-label="Handoffs that have been verified" />
      ) : undefined}
      <OutcomeText {...outcome} />
      {found === undefined || found.flaws.length + found.faults.length === 0 ? undefined : <Flaws {...found} />}
    </section>
  )
}
