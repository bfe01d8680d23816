/** The form in which a receiver hands back what was asked for, and what speaks for it. */
import type { Artifact, Deliverable, HandoffRecord, OwnEvidence } from "@aumai/handoff"

import { jsonOf, jsonValueOf } from "../words/JsonText.ts"
import { nameText } from "../words/Words.ts"
import type { FormField, Values } from "./MoveForm.tsx"

/** What must satisfy a schema, or says that it is JSON, is typed as JSON; all else as text. */
const isJson = ({ mediaType = "", schema }: Deliverable): boolean =>
  schema !== undefined || /[/+]json\b/i.test(mediaType)

const deliverableField = (deliverable: Deliverable): FormField => ({
  key: `artifact ${deliverable.name}`,
  label: `${nameText(deliverable.name)}, as ${isJson(deliverable) ? "JSON" : (deliverable.mediaType ?? "text")}`,
  kind: isJson(deliverable) ? "json" : "text"
})

export const deliveryFields = ({ parts, request }: HandoffRecord): ReadonlyArray<FormField> => [
  { key: "result", label: "Result, as JSON (optional)", kind: "json", example: '{ "bed": "ICU 4" }' },
  ...(request.deliverables ?? []).map(deliverableField),
  { key: "evidence", label: "What speaks for it (optional)", kind: "line", example: "All 214 tests passed" },
  {
    key: "grade",
    label: "And how you know",
    kind: "choice",
    value: "claimed",
    options: [
      ["claimed", "I say so"],
      ["observed", "I have seen it"]
    ]
  },
  ...((parts ?? 0) > 0
    ? [{ key: "leaves", label: "Parts that are open go on without it", kind: "check" } as const]
    : [])
]

const artifactOf = (deliverable: Deliverable, text: string): ReadonlyArray<Artifact> => {
  // The store says of what is left out that it is missing.
  if (text === "") return []
  const { mediaType, name } = deliverable
  const content = isJson(deliverable) ? jsonValueOf(nameText(name), text) : text
  return content === undefined ? [] : [{ name, ...(mediaType === undefined ? {} : { mediaType }), content }]
}

/** What was said, as what is handed back. */
export const deliveryOf = ({ request }: HandoffRecord, values: Values) => {
  const artifacts = (request.deliverables ?? []).flatMap((one) => artifactOf(one, values(`artifact ${one.name}`)))
  const statement = values("evidence")
  const evidence: ReadonlyArray<OwnEvidence> =
    statement === "" ? [] : [{ grade: values("grade") === "observed" ? "observed" : "claimed", statement }]
  return {
    result: jsonOf("result", values("result")),
    ...(artifacts.length === 0 ? {} : { artifacts }),
    ...(evidence.length === 0 ? {} : { evidence }),
    ...(values("leaves") === "" ? {} : { leavesChildren: true as const })
  }
}
