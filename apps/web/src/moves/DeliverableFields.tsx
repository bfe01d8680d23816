import type { Deliverable } from "@aumai/handoff"

import { Field } from "../ui/Field.tsx"
import { Rows } from "../ui/Rows.tsx"
import { jsonOf } from "../words/JsonText.ts"

/** The typed content of one row of the deliverables form. */
export interface DeliverableDraft {
  readonly name: string
  readonly mediaType: string
  readonly schema: string
}

export const deliverablesOf = (drafts: ReadonlyArray<DeliverableDraft>): ReadonlyArray<Deliverable> | undefined =>
  drafts.length === 0
    ? undefined
    : drafts.map(({ name, mediaType, schema: text }) => {
        const schema = jsonOf(`schema of ${name}`, text)
        return {
          name,
          ...(mediaType === "" ? {} : { mediaType }),
          ...(schema === undefined ? {} : { schema })
        }
      })

interface Properties {
  readonly drafts: ReadonlyArray<DeliverableDraft>
  readonly change: (drafts: ReadonlyArray<DeliverableDraft>) => void
}

/** The fields of the deliverables, without which the handoff cannot be completed. */
export const DeliverableFields = ({ drafts, change }: Properties) => (
  <Rows name="Deliverable" rows={drafts} empty={{ name: "", mediaType: "", schema: "" }} change={change}>
    {(draft, put) => (
      <>
        <Field label="Name">
          {(id) => (
            <input
              id={id}
              required
              autoComplete="off"
              value={draft.name}
              onChange={(event) => put({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label="Media type (optional)">
          {(id) => (
            <input
              id={id}
              autoComplete="off"
              placeholder="application/json"
              value={draft.mediaType}
              onChange={(event) => put({ mediaType: event.target.value })}
            />
          )}
        </Field>
        <Field label="JSON Schema (optional)" isWide>
          {(id) => (
            <textarea
              id={id}
              className="code"
              rows={3}
              spellCheck={false}
              placeholder='{ "type": "object", "required": ["bed"] }'
              value={draft.schema}
              onChange={(event) => put({ schema: event.target.value })}
            />
          )}
        </Field>
      </>
    )}
  </Rows>
)
