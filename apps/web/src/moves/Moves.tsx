import { agentOf, type HandoffRecord, movesOf, receiverOf, startAwaits } from "@aumai/handoff"
import { type ReactNode, useId, useState } from "react"

import { useBoard } from "../data/Context.ts"
import { hrefOf } from "../data/Route.ts"
import { me, useSetting } from "../data/Setting.ts"
import { useNow } from "../data/Time.ts"
import { nameText, settledText } from "../words/Words.ts"
import { Said as Outcome, useAttempt } from "./Attempt.tsx"
import { Ask, type Said } from "./Questions.tsx"
import { isOfAgents, type Move, type Verb, verbs } from "./Verbs.ts"

/** A move that somebody may make now. */
interface Offer {
  readonly move: Move
  readonly verb: Verb
  /** Whose it is, for a person. */
  readonly whose: string | undefined
  /** Whether it holds in this attempt alone. */
  readonly isOfAttempt: boolean
}

// The cast: Object.keys forgets the keys.
const order = Object.keys(verbs) as ReadonlyArray<Move>

/** What the lifecycle allows of a handoff now, to an agent; to everybody when nobody is named. */
const offersOf = (handoff: HandoffRecord, actor: string): ReadonlyArray<Offer> => {
  const offers = movesOf(handoff).flatMap(({ event, rule }) => {
    // Nothing can be read back where nothing was told.
    if (!isOfAgents(event) || (event === "Restated" && handoff.request.briefing === undefined)) return []
    const receiver = receiverOf(handoff)
    const isWitnesses = rule.by === "witness"
    const party = agentOf(handoff, rule.by)
    if (actor !== "" && (isWitnesses ? actor === receiver : actor !== party)) return []
    const whose = isWitnesses ? `anybody but ${nameText(receiver)}` : party === undefined ? undefined : nameText(party)
    const verb = verbs[event]
    return [{ move: event, verb, whose, isOfAttempt: rule.by === "receiver" || verb.isOfAttempt === true }]
  })
  return offers.toSorted((a, b) => order.indexOf(a.move) - order.indexOf(b.move))
}

/** What came of a move: of a part that was made, where it is; and who has it now, when that is somebody else. */
const toldOf = (name: string, before: HandoffRecord, after: HandoffRecord): ReactNode => {
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
  if (verb.isGrave === true) return "grave"
  // They may be said at any time, but are the way to the end only while they are awaited.
  const isAwaited = verb.awaited === undefined || verb.awaited === startAwaits(handoff)
  return verb.isAside === true || !isAwaited ? undefined : "primary"
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
  const [said, attempt] = useAttempt()

  const isDue = (due?.getTime() ?? Infinity) <= now
  const offers = offersOf(handoff, actor)
  const open = offers.find(({ move }) => move === chosen?.move)

  const act = async ({ isOfAttempt, verb }: Offer, said: Said, attemptHeld = handoff.attempt): Promise<void> => {
    // The sender's word holds in any attempt.
    const options = { ...(actor === "" ? {} : { by: actor }), ...(isOfAttempt ? { attempt: attemptHeld } : {}) }
    const isDone = await attempt(async () =>
      toldOf(verb.name, handoff, await verb.run({ handoffs, handoff, said, options }))
    )
    if (isDone) setChosen(undefined)
  }

  const settle = () => attempt(async () => settledText(await handoffs.sweep()))

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
              aria-disabled={said.isBusy}
              aria-expanded={offer.verb.asks === undefined ? undefined : offer === open}
              title={offer.whose === undefined ? undefined : `for ${offer.whose}`}
              onClick={() =>
                offer.verb.asks === undefined
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
        <button type="button" disabled={said.isBusy} onClick={() => void settle()}>
          Settle what is due
        </button>
      ) : undefined}
      {chosen !== undefined && open === undefined && said.problem === undefined ? (
        <p className="note" role="status">
          Meanwhile somebody else was first: “{verbs[chosen.move].name}” is no longer possible.
        </p>
      ) : undefined}
      {open?.verb.asks === undefined ? undefined : (
        <Ask
          key={open.move}
          name={open.verb.name}
          isGrave={open.verb.isGrave === true}
          questions={open.verb.asks(handoff, actor)}
          isBusy={said.isBusy === true}
          act={(words) => void act(open, words, chosen?.attempt)}
          back={() => setChosen(undefined)}
        />
      )}
      <Outcome {...said} />
    </section>
  )
}
