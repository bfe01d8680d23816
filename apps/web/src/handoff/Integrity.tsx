import type { HandoffRecord } from "@aumai/handoff"

import { useBoard } from "../data/Context.ts"
import { OutcomeText, useOutcome } from "../moves/Outcome.tsx"
import { Foreign } from "../ui/Foreign.tsx"
import { Panel } from "../ui/Panel.tsx"
import { entriesText, limitText } from "../words/Words.ts"

/** The digest of the last entry, and a button that verifies the history. */
export const Integrity = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const { handoffs } = useBoard()
  const { head, recordId } = handoff
  const [outcome, perform] = useOutcome()
  const verify = () =>
    perform(async () => {
      const verified = await handoffs.verify(recordId)
      const { flaw, unproven } = verified
      if (flaw !== undefined) throw new Error(`Revision ${flaw.revision} is broken: ${flaw.problem}`)
      const found = `No problems found: ${entriesText(verified)}.${limitText(verified)}`
      return unproven === undefined ? (
        found
      ) : (
        <>
          {found} Unproven: <Foreign>{unproven}</Foreign>
        </>
      )
    })
  return (
    <Panel title="Digest">
      <p className="nothing">
        Each entry of the trail contains the SHA-256 digest of the entry before it. The digest of the last entry is:
      </p>
      <p>
        <code>{head ?? "none: the last entry was written without digests"}</code>
      </p>
      <button type="button" aria-disabled={outcome.isBusy} onClick={() => void verify()}>
        Verify
      </button>
      <OutcomeText {...outcome} />
    </Panel>
  )
}
