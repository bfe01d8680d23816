import type { HandoffRecord, Handoffs, VerbOptions } from "@aumai/handoff"
import { movesFrom, type Transition } from "@aumai/handoff-protocol"
import { type FormEvent, useId, useState } from "react"

import { Said, useAttempt } from "./Attempt.tsx"
import { agentOf, useBoard } from "./Context.ts"
import { Field } from "./Field.tsx"
import { jsonOf } from "./JsonText.ts"
import { me, useSetting } from "./Setting.ts"
import { useNow } from "./Time.ts"
import { nameText } from "./Words.ts"

type Event = Transition["_tag"]

/** What somebody says with a move: words, and a moment as the browser's field for it writes it. */
interface Words {
  readonly text: string
  readonly moment: string
}

const nothingSaid: Words = { text: "", moment: "" }

/** How a transition is called when it is still to come, what has to be said with it, and how it is done. */
interface Verb {
  readonly name: string
  readonly asks?: {
    readonly label: string
    readonly isRequired?: boolean
    readonly isJson?: boolean
    /** The label of a moment that may be said, too. */
    readonly moment?: string
  }
  readonly isGrave?: boolean
  readonly run: (handoffs: Handoffs, id: string, said: Words, options: VerbOptions) => Promise<unknown>
}

const reasonOf = ({ text }: Words): { readonly reason?: string } => (text === "" ? {} : { reason: text })

const verbs: Readonly<Record<Event, Verb>> = {
  Accepted: {
    name: "Accept",
    asks: { label: "Reason (optional)", moment: "Expected to be done (optional)" },
    run: (handoffs, id, said, options) =>
      handoffs.accept(id, {
        ...options,
        ...reasonOf(said),
        ...(said.moment === "" ? {} : { estimatedCompletion: new Date(said.moment) })
      })
  },
  Rejected: {
    name: "Reject",
    asks: { label: "Reason", isRequired: true },
    isGrave: true,
    run: (handoffs, id, { text }, options) => handoffs.reject(id, { ...options, reason: text })
  },
  Started: { name: "Start", run: (handoffs, id, _, options) => handoffs.start(id, options) },
  Completed: {
    name: "Complete",
    asks: { label: "Result, as JSON (optional)", isJson: true },
    run: async (handoffs, id, { text }, options) =>
      handoffs.complete(id, { ...options, result: jsonOf("result", text) })
  },
  Failed: {
    name: "Fail",
    asks: { label: "Reason", isRequired: true },
    isGrave: true,
    run: (handoffs, id, { text }, options) => handoffs.fail(id, { ...options, reason: text })
  },
  Cancelled: {
    name: "Cancel",
    asks: { label: "Reason (optional)" },
    isGrave: true,
    run: (handoffs, id, said, options) => handoffs.cancel(id, { ...options, ...reasonOf(said) })
  },
  Expired: { name: "Expire", run: (handoffs) => handoffs.expireOverdue() }
}

interface AskProperties {
  readonly verb: Verb
  readonly asks: NonNullable<Verb["asks"]>
  readonly isBusy: boolean
  readonly act: (said: Words) => void
  readonly back: () => void
}

/** What has to be said before the move is made. */
const Ask = ({ verb, asks, isBusy, act, back }: AskProperties) => {
  const [said, say] = useState(nothingSaid)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    act(said)
  }
  return (
    <form onSubmit={submit} aria-label={verb.name}>
      <Field label={asks.label}>
        {(id) => (
          <textarea
            id={id}
            autoFocus
            required={asks.isRequired}
            rows={asks.isJson === true ? 5 : 2}
            className={asks.isJson === true ? "code" : undefined}
            placeholder={asks.isJson === true ? '{ "bed": "ICU 4" }' : undefined}
            value={said.text}
            onChange={(event) => say({ ...said, text: event.target.value })}
          />
        )}
      </Field>
      {asks.moment === undefined ? undefined : (
        <Field label={asks.moment}>
          {(id) => (
            <input
              id={id}
              type="datetime-local"
              value={said.moment}
              onChange={(event) => say({ ...said, moment: event.target.value })}
            />
          )}
        </Field>
      )}
      <div className="actions">
        <button type="submit" className={verb.isGrave === true ? "grave" : "primary"} aria-disabled={isBusy}>
          Confirm: {verb.name}
        </button>
        <button type="button" onClick={back}>
          Back
        </button>
      </div>
    </form>
  )
}

/** The moves that the lifecycle allows now, to the one who acts. */
export const Moves = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const { handoffs } = useBoard()
  const actor = useSetting(me)
  const now = useNow()
  const id = useId()
  const [chosen, setChosen] = useState<Event>()
  const [said, attempt] = useAttempt()

  const isDue = (handoff.request.deadline?.getTime() ?? Infinity) <= now
  const moves = movesFrom(handoff.status).filter(({ event, rule }) => {
    const party = agentOf(handoff, rule.by)
    return party === undefined ? event === "Expired" && isDue : actor === "" || actor === party
  })
  const open = moves.find(({ event }) => event === chosen)?.event
  const asks = open === undefined ? undefined : verbs[open].asks

  const act = async (event: Event, words: Words): Promise<void> => {
    const isDone = await attempt(async () => {
      await verbs[event].run(handoffs, handoff.recordId, words, actor === "" ? {} : { by: actor })
      return `${verbs[event].name}: done.`
    })
    if (isDone) setChosen(undefined)
  }

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Next moves</h2>
      {moves.length === 0 ? (
        <p className="nothing">
          {movesFrom(handoff.status).length === 0
            ? "It has ended: nothing can follow."
            : `None for ${nameText(actor)}.`}
        </p>
      ) : (
        <div className="actions">
          {moves.map(({ event, rule }) => (
            <button
              key={event}
              type="button"
              className={verbs[event].isGrave === true ? "grave" : "primary"}
              aria-disabled={said.isBusy}
              aria-expanded={verbs[event].asks === undefined ? undefined : event === open}
              title={agentOf(handoff, rule.by) === undefined ? undefined : `for ${agentOf(handoff, rule.by)}`}
              onClick={() => (verbs[event].asks === undefined ? void act(event, nothingSaid) : setChosen(event))}
            >
              {verbs[event].name}
            </button>
          ))}
        </div>
      )}
      {chosen !== undefined && open === undefined && said.problem === undefined ? (
        <p className="note" role="status">
          Meanwhile somebody else was first: “{verbs[chosen].name}” is no longer possible.
        </p>
      ) : undefined}
      {open === undefined || asks === undefined ? undefined : (
        <Ask
          key={open}
          verb={verbs[open]}
          asks={asks}
          isBusy={said.isBusy === true}
          act={(words) => void act(open, words)}
          back={() => setChosen(undefined)}
        />
      )}
      <Said {...said} />
    </section>
  )
}
