import type { Briefing } from "@aumai/handoff"

import { Field } from "../ui/Field.tsx"
import { Rows } from "../ui/Rows.tsx"
import { capitalized, lines, severityWords } from "../words/Words.ts"
import { type Ask, askWords } from "./ReadBackFields.ts"

interface ActionDraft {
  readonly task: string
  readonly owner: string
  readonly due: string
}

interface ContingencyDraft {
  readonly if: string
  readonly do: string
}

/** The typed content of the briefing form. */
export interface BriefingDraft {
  readonly severity: Briefing["severity"] | ""
  readonly summary: string
  readonly actions: ReadonlyArray<ActionDraft>
  readonly known: string
  readonly decided: string
  readonly open: string
  readonly contingencies: ReadonlyArray<ContingencyDraft>
  readonly isReadBack: boolean
  readonly isConfirmed: boolean
  readonly isAnswered: boolean
}

export const noBriefing: BriefingDraft = {
  severity: "",
  summary: "",
  actions: [],
  known: "",
  decided: "",
  open: "",
  contingencies: [],
  isReadBack: false,
  isConfirmed: false,
  isAnswered: false
}

// The cast: Object.keys widens the keys to strings.
const asks = Object.keys(askWords) as ReadonlyArray<Ask>

const someOf = <Key extends string, Value>(key: Key, values: ReadonlyArray<Value>) =>
  // The cast: the compiler widens a computed key to any string.
  (values.length === 0 ? {} : { [key]: values }) as { readonly [_ in Key]?: ReadonlyArray<Value> }

/** The briefing to send; `undefined` if the form is empty. */
export const briefingOf = (draft: BriefingDraft): Briefing | undefined => {
  const { severity, summary, isReadBack, isConfirmed, isAnswered } = draft
  if (severity === "") {
    if (summary === "" && draft.actions.length + draft.contingencies.length === 0) return undefined
    throw new Error("The briefing has no severity; choose one.")
  }
  const situation = {
    ...someOf("known", lines(draft.known)),
    ...someOf("decided", lines(draft.decided)),
    ...someOf("open", lines(draft.open))
  }
  const actions = draft.actions.map(({ task, owner, due }, index) => ({
    id: `action-${index + 1}`,
    task,
    ...(owner === "" ? {} : { owner }),
    ...(due === "" ? {} : { due: new Date(due) })
  }))
  const contingencies = draft.contingencies.map((one, index) => {
    const made: NonNullable<Briefing["contingencies"]>[number] = {
      id: `contingency-${index + 1}`,
      if: one.if,
      then: one.do
    }
    return made
  })
  return {
    severity,
    summary,
    ...someOf("actions", actions),
    ...(Object.keys(situation).length === 0 ? {} : { situation }),
    ...someOf("contingencies", contingencies),
    ...(isReadBack || isConfirmed || isAnswered
      ? { readBack: { ...(isAnswered ? { asks } : {}), ...(isConfirmed ? { confirm: true } : {}) } }
      : {})
  }
}

interface Properties {
  readonly draft: BriefingDraft
  readonly change: (draft: BriefingDraft) => void
  /** The id of the list of agent names. */
  readonly names: string
}

/** The fields of a briefing, in the order in which the receiver reads it. */
export const BriefingFields = ({ draft, change, names }: Properties) => {
  const put = (part: Partial<BriefingDraft>): void => change({ ...draft, ...part })
  return (
    <>
      <Field label="Severity">
        {(id) => (
          <select
            id={id}
            value={draft.severity}
            // The cast: the values of the options below.
            onChange={(event) => put({ severity: event.target.value as BriefingDraft["severity"] })}
          >
            <option value="">No briefing</option>
            {Object.entries(severityWords).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Summary">
        {(id) => (
          <textarea id={id} rows={2} value={draft.summary} onChange={(event) => put({ summary: event.target.value })} />
        )}
      </Field>
      <Rows
        name="Action"
        rows={draft.actions}
        empty={{ task: "", owner: "", due: "" }}
        change={(actions) => put({ actions })}
      >
        {(action, putAction) => (
          <>
            <Field label="What to do" isWide>
              {(id) => (
                <input
                  id={id}
                  required
                  autoComplete="off"
                  value={action.task}
                  onChange={(event) => putAction({ task: event.target.value })}
                />
              )}
            </Field>
            <Field label="Owner (optional)">
              {(id) => (
                <input
                  id={id}
                  list={names}
                  autoComplete="off"
                  value={action.owner}
                  onChange={(event) => putAction({ owner: event.target.value })}
                />
              )}
            </Field>
            <Field label="Due (optional)">
              {(id) => (
                <input
                  id={id}
                  type="datetime-local"
                  value={action.due}
                  onChange={(event) => putAction({ due: event.target.value })}
                />
              )}
            </Field>
          </>
        )}
      </Rows>
      {(["known", "decided", "open"] as const).map((part) => (
        <Field key={part} label={`${capitalized(part)}, one per line (optional)`}>
          {(id) => (
            <textarea id={id} rows={2} value={draft[part]} onChange={(event) => put({ [part]: event.target.value })} />
          )}
        </Field>
      ))}
      <Rows
        name="Contingency"
        rows={draft.contingencies}
        empty={{ if: "", do: "" }}
        change={(contingencies) => put({ contingencies })}
      >
        {(contingency, putContingency) => (
          <>
            <Field label="If">
              {(id) => (
                <input
                  id={id}
                  required
                  autoComplete="off"
                  value={contingency.if}
                  onChange={(event) => putContingency({ if: event.target.value })}
                />
              )}
            </Field>
            <Field label="Then">
              {(id) => (
                <input
                  id={id}
                  required
                  autoComplete="off"
                  value={contingency.do}
                  onChange={(event) => putContingency({ do: event.target.value })}
                />
              )}
            </Field>
          </>
        )}
      </Rows>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isReadBack || draft.isConfirmed || draft.isAnswered}
          onChange={(event) => put({ isReadBack: event.target.checked, isConfirmed: false, isAnswered: false })}
        />
        Require a read-back before the start
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isConfirmed}
          onChange={(event) => put({ isConfirmed: event.target.checked, isReadBack: true })}
        />
        Require confirmation of the read-back
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isAnswered}
          onChange={(event) => put({ isAnswered: event.target.checked, isReadBack: true })}
        />
        Ask for the first action, what may go wrong, and the least certain item
      </label>
    </>
  )
}
