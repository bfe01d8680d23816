import type { HandoffRecord } from "@aumai/handoff"

import { useBoard } from "../data/Context.ts"
import { OutcomeText, useOutcome } from "../moves/Outcome.tsx"
import { Panel } from "../ui/Panel.tsx"
import { entriesText } from "../words/Words.ts"

/** Whether the handoff is what was once put on record. */
export const Integrity = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const { handoffs } = useBoard()
  const { head, recordId } = handoff
  const [outcome, perform] = useOutcome()
  const verify = () =>
    perform(async () => {
      const { entries, flaw, signed } = await handoffs.verify(recordId)
      if (flaw !== undefined) throw new Error(`Revision ${flaw.revision} does not hold: ${flaw.problem}`)
      return `All of it holds: ${entriesText(entries, signed)}.`
    })
  return (
    <Panel title="Digest">
      <p className="nothing">Each entry of the trail holds the SHA-256 of the one before it. The last one has this:</p>
      <p>
        <code>{head ?? "none yet: it was written before there were any"}</code>
      </p>
      <button type="button" aria-disabled={outcome.isBusy} onClick={() => void verify()}>
        Verify
      </button>
      <OutcomeText {...outcome} />
    </Panel>
  )
}
