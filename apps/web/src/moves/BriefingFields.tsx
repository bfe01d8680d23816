import type { Briefing } from "@aumai/handoff"

import { Field } from "../ui/Field.tsx"
import { Rows } from "../ui/Rows.tsx"
import { lines } from "../words/Words.ts"

interface ActionDraft {
  readonly task: string
  readonly owner: string
  readonly due: string
}

interface ContingencyDraft {
  readonly if: string
  readonly do: string
}

/** A briefing as it was typed. */
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
  isConfirmed: false
}

const someOf = <Key extends string, Value>(key: Key, values: ReadonlyArray<Value>) =>
  // The cast: a computed key is any text to the compiler.
  (values.length === 0 ? {} : { [key]: values }) as { readonly [_ in Key]?: ReadonlyArray<Value> }

/** What was typed, as the briefing that is sent; nothing when no severity was chosen. */
export const briefingOf = (draft: BriefingDraft): Briefing | undefined => {
  const { severity, summary, isReadBack, isConfirmed } = draft
  if (severity === "") {
    if (summary === "" && draft.actions.length + draft.contingencies.length === 0) return undefined
    throw new Error("The briefing has no severity: choose one.")
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
    ...(isReadBack || isConfirmed ? { readBack: isConfirmed ? { confirm: true } : {} } : {})
  }
}

interface Properties {
  readonly draft: BriefingDraft
  readonly change: (draft: BriefingDraft) => void
  /** The id of the list of everybody's names. */
  readonly names: string
}

/** What the receiver must know, in the order in which it must know it. */
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
            <option value="stable">Stable</option>
            <option value="watcher">Watcher: may become worse</option>
            <option value="unstable">Unstable: act now</option>
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
            <Field label="What is to be done" isWide>
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
            <Field label="By whom (optional)">
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
            <Field label="Until (optional)">
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
        <Field key={part} label={`What is ${part}, a line each (optional)`}>
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
          checked={draft.isReadBack || draft.isConfirmed}
          onChange={(event) => put({ isReadBack: event.target.checked, isConfirmed: false })}
        />
        It must be read back before it is started
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isConfirmed}
          onChange={(event) => put({ isConfirmed: event.target.checked, isReadBack: true })}
        />
        What was read back must be confirmed
      </label>
    </>
  )
}
