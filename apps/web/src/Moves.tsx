import type { HandBack, HandoffRecord, Handoffs, LeaseOptions, VerbOptions } from "@aumai/handoff"
import { limits, type Transition } from "@aumai/handoff-protocol"
import { type FormEvent, useId, useState } from "react"

import { Said, useAttempt } from "./Attempt.tsx"
import { agentOf, movesOf, useBoard } from "./Context.ts"
import { Field } from "./Field.tsx"
import { jsonOf } from "./JsonText.ts"
import { me, useSetting } from "./Setting.ts"
import { useNow } from "./Time.ts"
import { lines, nameText, settledText } from "./Words.ts"

/** What an agent does, and not time alone. */
type Event = Exclude<Transition["_tag"], "Reminded" | "Expired">

/** What somebody says with a move: words, a moment as the browser's field for it writes it, and what else is asked for. */
interface Words {
  readonly text: string
  readonly moment: string
  readonly more: Readonly<Record<string, string>>
}

const nothingSaid: Words = { text: "", moment: "", more: {} }

/** A further thing that may be said: a number, or one of many to a line. */
interface Extra {
  readonly key: string
  readonly label: string
  readonly number?: { readonly min: number; readonly max: number }
}

/** How a transition is called when it is still to come, what has to be said with it, and how it is done. */
interface Verb {
  readonly name: string
  readonly asks?: {
    readonly label: string
    readonly isRequired?: boolean
    readonly isJson?: boolean
    /** The label of a moment that may be said, too. */
    readonly moment?: string
    readonly more?: ReadonlyArray<Extra>
  }
  readonly isGrave?: boolean
  readonly run: (handoffs: Handoffs, id: string, said: Words, options: VerbOptions) => Promise<unknown>
}

const reasonOf = ({ text }: Words): { readonly reason?: string } => (text === "" ? {} : { reason: text })

const minute = 60_000
const lease: Extra = {
  key: "lease",
  label: "Hold it for so many minutes, unless progress is told (optional)",
  number: { min: 1, max: limits.durationMilliseconds / minute }
}
const leaseOf = ({ more }: Words): LeaseOptions =>
  (more["lease"] ?? "") === "" ? {} : { lease: Number(more["lease"]) * minute }

const verbs: Readonly<Record<Event, Verb>> = {
  Accepted: {
    name: "Accept",
    asks: { label: "Reason (optional)", moment: "Expected to be done (optional)", more: [lease] },
    run: (handoffs, id, said, options) =>
      handoffs.accept(id, {
        ...options,
        ...reasonOf(said),
        ...leaseOf(said),
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
  Progressed: {
    name: "Progress",
    asks: {
      label: "Note (optional)",
      more: [{ key: "percent", label: "Percent done (optional)", number: { min: 0, max: 100 } }, lease]
    },
    run: (handoffs, id, said, options) => {
      const percent = said.more["percent"] ?? ""
      return handoffs.progress(id, {
        ...options,
        ...leaseOf(said),
        ...(said.text === "" ? {} : { note: said.text }),
        ...(percent === "" ? {} : { fraction: Number(percent) / 100 })
      })
    }
  },
  Asked: {
    name: "Ask",
    asks: { label: "Question", isRequired: true },
    run: (handoffs, id, { text }, options) => handoffs.ask(id, { ...options, question: text })
  },
  Answered: {
    name: "Answer",
    asks: { label: "Answer", isRequired: true },
    run: (handoffs, id, { text }, options) => handoffs.answer(id, { ...options, answer: text })
  },
  Released: {
    name: "Release",
    asks: {
      label: "Reason (optional)",
      moment: "Not to be claimed before (optional)",
      more: [
        { key: "done", label: "Done, a line each (optional)" },
        { key: "remaining", label: "Remaining, a line each (optional)" },
        { key: "pitfalls", label: "Pitfalls, a line each (optional)" }
      ]
    },
    isGrave: true,
    run: (handoffs, id, said, options) => {
      const points = Object.entries(said.more).map(([key, text]) => [key, lines(text)] as const)
      const handBack: HandBack = Object.fromEntries(points.filter(([, some]) => some.length > 0))
      return handoffs.release(id, {
        ...options,
        ...reasonOf(said),
        ...(said.moment === "" ? {} : { notBefore: new Date(said.moment) }),
        ...(Object.keys(handBack).length === 0 ? {} : { handBack })
      })
    }
  },
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
  }
}

const isOfAgents = (event: Transition["_tag"]): event is Event => event in verbs

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
      {asks.more?.map(({ key, label, number }) => (
        <Field key={key} label={label}>
          {(id) => {
            const value = said.more[key] ?? ""
            const put = (text: string): void => say({ ...said, more: { ...said.more, [key]: text } })
            return number === undefined ? (
              <textarea id={id} rows={2} value={value} onChange={(event) => put(event.target.value)} />
            ) : (
              <input id={id} type="number" {...number} value={value} onChange={(event) => put(event.target.value)} />
            )
          }}
        </Field>
      ))}
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
  const [chosen, setChosen] = useState<{ readonly event: Event; readonly attempt: number }>()
  const [said, attempt] = useAttempt()

  const isDue = (due?.getTime() ?? Infinity) <= now
  const moves = movesOf(handoff).flatMap(({ event, rule }) => {
    if (!isOfAgents(event)) return []
    const party = agentOf(handoff, rule.by)
    return actor === "" || actor === party ? [{ event, party, isHolders: rule.by === "receiver" }] : []
  })
  const open = moves.find(({ event }) => event === chosen?.event)?.event
  const asks = open === undefined ? undefined : verbs[open].asks

  const act = async (event: Event, words: Words, held = handoff.attempt): Promise<void> => {
    // The sender's word holds in any attempt.
    const isHolders = moves.some((move) => move.event === event && move.isHolders)
    const options = { ...(actor === "" ? {} : { by: actor }), ...(isHolders ? { attempt: held } : {}) }
    const isDone = await attempt(async () => {
      await verbs[event].run(handoffs, handoff.recordId, words, options)
      return `${verbs[event].name}: done.`
    })
    if (isDone) setChosen(undefined)
  }

  const settle = () => attempt(async () => settledText(await handoffs.sweep()))

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Next moves</h2>
      {moves.length === 0 ? (
        <p className="nothing">
          {movesOf(handoff).length === 0 ? "It has ended: nothing can follow." : `None for ${nameText(actor)}.`}
        </p>
      ) : (
        <div className="actions">
          {moves.map(({ event, party }) => (
            <button
              key={event}
              type="button"
              className={verbs[event].isGrave === true ? "grave" : "primary"}
              aria-disabled={said.isBusy}
              aria-expanded={verbs[event].asks === undefined ? undefined : event === open}
              title={party === undefined ? undefined : `for ${party}`}
              onClick={() =>
                verbs[event].asks === undefined
                  ? void act(event, nothingSaid)
                  : setChosen({ event, attempt: handoff.attempt })
              }
            >
              {verbs[event].name}
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
          Meanwhile somebody else was first: “{verbs[chosen.event].name}” is no longer possible.
        </p>
      ) : undefined}
      {open === undefined || asks === undefined ? undefined : (
        <Ask
          key={open}
          verb={verbs[open]}
          asks={asks}
          isBusy={said.isBusy === true}
          act={(words) => void act(open, words, chosen?.attempt)}
          back={() => setChosen(undefined)}
        />
      )}
      <Said {...said} />
    </section>
  )
}
