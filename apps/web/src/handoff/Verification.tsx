import type { Verification } from "@aumai/handoff"
import { useId, useState } from "react"

import { useBoard, useSnapshot } from "../data/Context.ts"
import { hrefOf } from "../data/Route.ts"
import { OutcomeText, useOutcome } from "../moves/Outcome.tsx"
import { Foreign, Name } from "../ui/Foreign.tsx"
import { entriesText, handoffsText, limitText } from "../words/Words.ts"

// Further flaws are counted, not listed.
const listedFlaws = 200
// Handoffs between two updates of the progress bar.
const updateEvery = 50

const Flaws = ({ faults, flaws, missing, notes, unproven }: Verification) => (
  <>
    <ul className="reports">
      {missing.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
      {flaws.slice(0, listedFlaws).map(({ recordId, revision, problem }) => (
        <li key={recordId} data-outcome="broken">
          <a href={hrefOf(recordId)}>
            <Name>{recordId}</Name>
          </a>
          , revision {revision}: <Foreign>{problem}</Foreign>
        </li>
      ))}
      {faults.slice(0, listedFlaws).map((fault) => (
        <li key={fault} data-outcome="broken">
          <Foreign>{fault}</Foreign>
        </li>
      ))}
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
      {unproven.slice(0, listedFlaws).map(({ recordId, reason }) => (
        <li key={recordId}>
          <a href={hrefOf(recordId)}>
            <Name>{recordId}</Name>
          </a>{" "}
          is unproven: <Foreign>{reason}</Foreign>
        </li>
      ))}
    </ul>
    {flaws.length > listedFlaws ? <p>… and {flaws.length - listedFlaws} more.</p> : undefined}
  </>
)

const listsOf = ({ faults, flaws, missing, notes, unproven }: Verification) => [missing, flaws, faults, notes, unproven]

/** Verifies the histories of all handoffs in this browser. */
export const VerifyAll = () => {
  const { handoffs } = useBoard()
  const { cards } = useSnapshot()
  const id = useId()
  const [verified, setVerified] = useState(0)
  const [found, setFound] = useState<Verification>()
  const [outcome, perform] = useOutcome()
  const verify = () =>
    perform(async () => {
      setFound(undefined)
      setVerified(0)
      const verification = await handoffs.verify({
        onProgress: (count) => {
          if (count % updateEvery === 0) setVerified(count)
        }
      })
      setFound(verification)
      const { faults, flaws, handoffs: count, imported, unproven } = verification
      const begun = imported === 0 ? "" : `, ${imported} begun in another program`
      const extent = `${handoffsText(count)}${begun} with ${entriesText(verification)}`
      const broken = flaws.length + faults.length
      if (broken > 0) throw new Error(`Problems found in ${extent}:`)
      return `No problems found: ${extent}${unproven.length === 0 ? "" : `, ${handoffsText(unproven.length)} unproven`}.${limitText(verification)}`
    })
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>Verify</h2>
      <p>
        Each entry of a trail contains the SHA-256 digest of the entry before it, and agents can sign their events.
        Verification finds entries that were changed later.
      </p>
      <button type="button" aria-disabled={outcome.isBusy} onClick={() => void verify()}>
        Verify everything
      </button>
      {outcome.isBusy === true ? (
        <progress value={verified} max={Math.max(cards.size, 1)} aria-label="Verified handoffs" />
      ) : undefined}
      <OutcomeText {...outcome} />
      {found === undefined || listsOf(found).every((list) => list.length === 0) ? undefined : <Flaws {...found} />}
    </section>
  )
}
