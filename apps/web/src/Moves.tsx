import type { HandoffRecord, Handoffs, VerbOptions } from "@aumai/handoff"
import { movesFrom, type Transition } from "@aumai/handoff-protocol"
import { type FormEvent, useId, useState } from "react"

import { Said, useAttempt } from "./Attempt.tsx"
import { agentOf, useBoard } from "./Context.ts"
import { jsonOf } from "./JsonText.ts"
import { me, useSetting } from "./Setting.ts"
import { useNow } from "./Time.ts"

/** How a transition is called when it is still to come, what has to be said with it, and how it is done. */
interface Verb {
  readonly name: string
  readonly asks?: { readonly label: string; readonly isRequired?: boolean; readonly isJson?: boolean }
  readonly isGrave?: boolean
  readonly run: (handoffs: Handoffs, id: string, said: string, options: VerbOptions) => Promise<unknown>
}

const reasonOf = (said: string): { readonly reason?: string } => (said === "" ? {} : { reason: said })

const verbs: Readonly<Record<Transition["_tag"], Verb>> = {
  Accepted: {
    name: "Accept",
    asks: { label: "Reason (optional)" },
    run: (handoffs, id, said, options) => handoffs.accept(id, { ...options, ...reasonOf(said) })
  },
  Rejected: {
    name: "Reject",
    asks: { label: "Reason", isRequired: true },
    isGrave: true,
    run: (handoffs, id, reason, options) => handoffs.reject(id, { ...options, reason })
  },
  Started: { name: "Start", run: (handoffs, id, _, options) => handoffs.start(id, options) },
  Completed: {
    name: "Complete",
    asks: { label: "Result, as JSON (optional)", isJson: true },
    run: async (handoffs, id, said, options) => handoffs.complete(id, { ...options, result: jsonOf("result", said) })
  },
  Failed: {
    name: "Fail",
    asks: { label: "Reason", isRequired: true },
    isGrave: true,
    run: (handoffs, id, reason, options) => handoffs.fail(id, { ...options, reason })
  },
  Cancelled: {
    name: "Cancel",
    asks: { label: "Reason (optional)" },
    isGrave: true,
    run: (handoffs, id, said, options) => handoffs.cancel(id, { ...options, ...reasonOf(said) })
  },
  Expired: { name: "Expire", run: (handoffs) => handoffs.expireOverdue() }
}

/** The moves that the lifecycle allows now, to the one who acts. */
export const Moves = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const { handoffs } = useBoard()
  const actor = useSetting(me)
  const now = useNow()
  const id = useId()
  const [chosen, setChosen] = useState<Transition["_tag"]>()
  const [text, setText] = useState("")
  const [said, attempt] = useAttempt()

  const isDue = (handoff.request.deadline?.getTime() ?? Infinity) <= now
  const moves = movesFrom(handoff.status).filter(({ event, rule }) => {
    const party = agentOf(handoff, rule.by)
    return party === undefined ? event === "Expired" && isDue : actor === "" || actor === party
  })
  const open = moves.find(({ event }) => event === chosen)?.event
  const asked = open === undefined ? undefined : verbs[open]

  const act = async (event: Transition["_tag"], words: string): Promise<void> => {
    const isDone = await attempt(async () => {
      await verbs[event].run(handoffs, handoff.recordId, words, actor === "" ? {} : { by: actor })
      return `${verbs[event].name}: done.`
    })
    if (!isDone) return
    setChosen(undefined)
    setText("")
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (open !== undefined) void act(open, text)
  }

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Next moves</h2>
      {moves.length === 0 ? (
        <p className="nothing">
          {movesFrom(handoff.status).length === 0 ? "It has ended: nothing can follow." : `None for ${actor}.`}
        </p>
      ) : (
        <div className="actions">
          {moves.map(({ event, rule }) => (
            <button
              key={event}
              type="button"
              className={verbs[event].isGrave === true ? "grave" : "primary"}
              disabled={said.isBusy}
              aria-expanded={verbs[event].asks === undefined ? undefined : event === open}
              title={agentOf(handoff, rule.by) === undefined ? undefined : `for ${agentOf(handoff, rule.by)}`}
              onClick={() => (verbs[event].asks === undefined ? void act(event, "") : setChosen(event))}
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
      {asked?.asks === undefined ? undefined : (
        <form onSubmit={submit} aria-label={asked.name} key={asked.name}>
          <label htmlFor={`${id}-text`}>{asked.asks.label}</label>
          <textarea
            id={`${id}-text`}
            autoFocus
            required={asked.asks.isRequired}
            rows={asked.asks.isJson === true ? 5 : 2}
            className={asked.asks.isJson === true ? "code" : undefined}
            placeholder={asked.asks.isJson === true ? '{ "bed": "ICU 4" }' : undefined}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <div className="actions">
            <button type="submit" className={asked.isGrave === true ? "grave" : "primary"} disabled={said.isBusy}>
              Confirm: {asked.name}
            </button>
            <button type="button" onClick={() => setChosen(undefined)}>
              Back
            </button>
          </div>
        </form>
      )}
      <Said {...said} />
    </section>
  )
}
