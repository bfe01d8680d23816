import {
  agentOf,
  type HandoffRecord,
  isReopenable,
  movesOf,
  receiverOf,
  reopening,
  startAwaits,
  successorId
} from "@aumai/handoff"
import { type ReactNode, useId, useState } from "react"

import { useBoard, useSnapshot } from "../data/Context.ts"
import { hrefOf } from "../data/Route.ts"
import { me, useSetting } from "../data/Setting.ts"
import { useNow } from "../data/Time.ts"
import { Name } from "../ui/Foreign.tsx"
import { nameText } from "../words/Visible.ts"
import { sweptText } from "../words/Words.ts"
import { MoveForm, type Values } from "./MoveForm.tsx"
import { OutcomeText, useOutcome } from "./Outcome.tsx"
import { isMove, type Move, type Verb, verbs } from "./Verbs.ts"

/** A move that the lifecycle allows now. */
interface Offer {
  readonly move: Move
  readonly verb: Verb
  /** The display name of the agent that may make it. */
  readonly party: string | undefined
  /** `true` if it must name the attempt. */
  readonly isBoundToAttempt: boolean
}

// The cast: Object.keys widens the keys to strings.
const order = Object.keys(verbs) as ReadonlyArray<Move>

/** The moves that the lifecycle allows to an agent now; to all agents if `actor` is empty. */
const offersOf = (handoff: HandoffRecord, actor: string): ReadonlyArray<Offer> => {
  const offers = movesOf(handoff).flatMap(({ event, rule }) => {
    // A handoff without a briefing has nothing to read back.
    if (!isMove(event) || (event === "Restated" && handoff.request.briefing === undefined)) return []
    const receiver = receiverOf(handoff)
    const isWitnesses = rule.by === "witness"
    const agent = agentOf(handoff, rule.by)
    if (actor !== "" && (isWitnesses ? actor === receiver : actor !== agent)) return []
    const party = isWitnesses
      ? `any agent but ${nameText(receiver)}`
      : agent === undefined
        ? undefined
        : nameText(agent)
    const verb = verbs[event]
    return [{ move: event, verb, party, isBoundToAttempt: rule.by === "receiver" || verb.isBoundToAttempt === true }]
  })
  const reopens = isReopenable(handoff) ? agentOf(handoff, reopening.by) : undefined
  if (reopens !== undefined && (actor === "" || actor === reopens)) {
    return [{ move: "Created", verb: verbs.Created, party: nameText(reopens), isBoundToAttempt: false }]
  }
  return offers.toSorted((a, b) => order.indexOf(a.move) - order.indexOf(b.move))
}

/** The outcome of a move: a link to the new part or handoff, or the next receiver if it has changed. */
const resultOf = (name: string, before: HandoffRecord, after: HandoffRecord): ReactNode => {
  const receiver = <Name>{receiverOf(after)}</Name>
  if (after.recordId !== before.recordId)
    return (
      <>
        {name}: done.{" "}
        <a href={hrefOf(after.recordId)}>{after.request.retryOf === undefined ? "The part" : "The new handoff"}</a>{" "}
        waits for {receiver}.
      </>
    )
  return receiverOf(after) === receiverOf(before) ? (
    `${name}: done.`
  ) : (
    <>
      {name}: done. The handoff now waits for {receiver}.
    </>
  )
}

const classOf = (handoff: HandoffRecord, { verb }: Offer): string | undefined => {
  if (verb.isDestructive === true) return "danger"
  // A read-back and its confirmation are always allowed, but lead to completion only while they are awaited.
  const isAwaited = verb.awaited === undefined || verb.awaited === startAwaits(handoff)
  return verb.isSecondary === true || !isAwaited ? undefined : "primary"
}

interface MovesProperties {
  readonly handoff: HandoffRecord
  /** The next time the clock acts on it; `undefined` if it never does. */
  readonly due: Date | undefined
  /** The event whose form is open at first. */
  readonly first?: string | undefined
}

/** The moves that the acting agent may make now, and a button that applies overdue events. */
export const Moves = ({ handoff, due, first }: MovesProperties) => {
  const { handoffs } = useBoard()
  const { cards } = useSnapshot()
  const actor = useSetting(me)
  const now = useNow()
  const id = useId()
  // An open form keeps the attempt that was shown when it was opened.
  const [chosen, setChosen] = useState<{ readonly move: Move; readonly attempt: number } | undefined>(
    first !== undefined && isMove(first) ? { move: first, attempt: handoff.attempt } : undefined
  )
  const [outcome, perform] = useOutcome()

  const isDue = (due?.getTime() ?? Infinity) <= now
  const successor = successorId(handoff.recordId)
  // A handoff is reopened once; then the new one can be.
  const isReopened = isReopenable(handoff) && cards.has(successor)
  const offers = isReopened ? [] : offersOf(handoff, actor)
  const open = offers.find(({ move }) => move === chosen?.move)

  const act = async (
    { isBoundToAttempt, verb }: Offer,
    values: Values,
    attemptHeld = handoff.attempt,
    forget = () => {}
  ): Promise<void> => {
    // A move of the sender holds in any attempt.
    const options = { ...(actor === "" ? {} : { by: actor }), ...(isBoundToAttempt ? { attempt: attemptHeld } : {}) }
    const isDone = await perform(async () =>
      resultOf(verb.name, handoff, await verb.run({ handoffs, handoff, values, options }))
    )
    if (!isDone) return
    forget()
    setChosen(undefined)
  }

  const applyDue = () => perform(async () => sweptText(await handoffs.sweep()))

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Next moves</h2>
      {offers.length === 0 ? (
        <p className="nothing">
          {isReopened ? (
            <>
              It was <a href={hrefOf(successor)}>reopened</a>.
            </>
          ) : movesOf(handoff).length === 0 ? (
            "It has ended; no further moves are possible."
          ) : (
            <>
              No moves for <Name>{actor}</Name>.
            </>
          )}
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
          Apply overdue events
        </button>
      ) : undefined}
      {chosen !== undefined && open === undefined && outcome.problem === undefined ? (
        <p className="note" role="status">
          Another agent or tab acted first: “{verbs[chosen.move].name}” is no longer possible.
        </p>
      ) : undefined}
      {open?.verb.fields === undefined ? undefined : (
        <MoveForm
          key={open.move}
          name={open.verb.name}
          isDestructive={open.verb.isDestructive === true}
          fields={open.verb.fields(handoff, actor)}
          isBusy={outcome.isBusy === true}
          // An answer is not kept for the question of another attempt.
          form={`${handoff.recordId} ${handoff.attempt} ${open.move}`}
          act={(words, forget) => void act(open, words, chosen?.attempt, forget)}
          back={() => setChosen(undefined)}
        />
      )}
      <OutcomeText {...outcome} />
    </section>
  )
}
