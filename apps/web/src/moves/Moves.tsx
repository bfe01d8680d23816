import { agentOf, type HandoffRecord, movesOf, receiverOf, startAwaits } from "@aumai/handoff"
import { type ReactNode, useId, useState } from "react"

import { useBoard } from "../data/Context.ts"
import { hrefOf } from "../data/Route.ts"
import { me, useSetting } from "../data/Setting.ts"
import { useNow } from "../data/Time.ts"
import { nameText, sweptText } from "../words/Words.ts"
import { MoveForm, type Values } from "./MoveForm.tsx"
import { OutcomeText, useOutcome } from "./Outcome.tsx"
import { isMove, type Move, type Verb, verbs } from "./Verbs.ts"

/** A move that somebody may make now. */
interface Offer {
  readonly move: Move
  readonly verb: Verb
  /** Whose it is, for a person. */
  readonly party: string | undefined
  /** Whether it holds in this attempt alone. */
  readonly isBoundToAttempt: boolean
}

// The cast: Object.keys forgets the keys.
const order = Object.keys(verbs) as ReadonlyArray<Move>

/** What the lifecycle allows of a handoff now, to an agent; to everybody when nobody is named. */
const offersOf = (handoff: HandoffRecord, actor: string): ReadonlyArray<Offer> => {
  const offers = movesOf(handoff).flatMap(({ event, rule }) => {
    // Nothing can be read back where nothing was told.
    if (!isMove(event) || (event === "Restated" && handoff.request.briefing === undefined)) return []
    const receiver = receiverOf(handoff)
    const isWitnesses = rule.by === "witness"
    const agent = agentOf(handoff, rule.by)
    if (actor !== "" && (isWitnesses ? actor === receiver : actor !== agent)) return []
    const party = isWitnesses ? `anybody but ${nameText(receiver)}` : agent === undefined ? undefined : nameText(agent)
    const verb = verbs[event]
    return [{ move: event, verb, party, isBoundToAttempt: rule.by === "receiver" || verb.isBoundToAttempt === true }]
  })
  return offers.toSorted((a, b) => order.indexOf(a.move) - order.indexOf(b.move))
}

/** What came of a move: of a part that was made, where it is; and who has it now, when that is somebody else. */
const resultOf = (name: string, before: HandoffRecord, after: HandoffRecord): ReactNode => {
  const receiver = nameText(receiverOf(after))
  if (after.recordId !== before.recordId)
    return (
      <>
        {name}: done. <a href={hrefOf(after.recordId)}>The part</a> waits for {receiver}.
      </>
    )
  return receiverOf(after) === receiverOf(before) ? `${name}: done.` : `${name}: done. It waits for ${receiver} now.`
}

const classOf = (handoff: HandoffRecord, { verb }: Offer): string | undefined => {
  if (verb.isDestructive === true) return "danger"
  // They may be said at any time, but are the way to the end only while they are awaited.
  const isAwaited = verb.awaited === undefined || verb.awaited === startAwaits(handoff)
  return verb.isSecondary === true || !isAwaited ? undefined : "primary"
}

interface MovesProperties {
  readonly handoff: HandoffRecord
  /** When something happens to it though nobody does anything. */
  readonly due: Date | undefined
}

/** The moves that the lifecycle allows now, to the one who acts, and to time once something is due. */
export const Moves = ({ handoff, due }: MovesProperties) => {
  const { handoffs } = useBoard()
  const actor = useSetting(me)
  const now = useNow()
  const id = useId()
  // Whoever begins to say something says it of the attempt that was shown then.
  const [chosen, setChosen] = useState<{ readonly move: Move; readonly attempt: number }>()
  const [outcome, perform] = useOutcome()

  const isDue = (due?.getTime() ?? Infinity) <= now
  const offers = offersOf(handoff, actor)
  const open = offers.find(({ move }) => move === chosen?.move)

  const act = async (
    { isBoundToAttempt, verb }: Offer,
    values: Values,
    attemptHeld = handoff.attempt
  ): Promise<void> => {
    // The sender's word holds in any attempt.
    const options = { ...(actor === "" ? {} : { by: actor }), ...(isBoundToAttempt ? { attempt: attemptHeld } : {}) }
    const isDone = await perform(async () =>
      resultOf(verb.name, handoff, await verb.run({ handoffs, handoff, values, options }))
    )
    if (isDone) setChosen(undefined)
  }

  const applyDue = () => perform(async () => sweptText(await handoffs.sweep()))

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Next moves</h2>
      {offers.length === 0 ? (
        <p className="nothing">
          {movesOf(handoff).length === 0 ? "It has ended: nothing can follow." : `None for ${nameText(actor)}.`}
        </p>
      ) : (
        <div className="actions">
          {offers.map((offer) => (
            <button
              key={offer.move}
              type="button"
              className={classOf(handoff, offer)}
              aria-disabled={outcome.isBusy}
              aria-expanded={offer.verb.fields === undefined ? undefined : offer === open}
              title={offer.party === undefined ? undefined : `for ${offer.party}`}
              onClick={() =>
                offer.verb.fields === undefined
                  ? void act(offer, () => "")
                  : setChosen({ move: offer.move, attempt: handoff.attempt })
              }
            >
              {offer.verb.name}
            </button>
          ))}
        </div>
      )}
      {isDue ? (
        <button type="button" disabled={outcome.isBusy} onClick={() => void applyDue()}>
          Settle what is due
        </button>
      ) : undefined}
      {chosen !== undefined && open === undefined && outcome.problem === undefined ? (
        <p className="note" role="status">
          Meanwhile somebody else was first: “{verbs[chosen.move].name}” is no longer possible.
        </p>
      ) : undefined}
      {open?.verb.fields === undefined ? undefined : (
        <MoveForm
          key={open.move}
          name={open.verb.name}
          isDestructive={open.verb.isDestructive === true}
          fields={open.verb.fields(handoff, actor)}
          isBusy={outcome.isBusy === true}
          act={(words) => void act(open, words, chosen?.attempt)}
          back={() => setChosen(undefined)}
        />
      )}
      <OutcomeText {...outcome} />
    </section>
  )
}
