/** The form in which a receiver delivers the result, the artifacts and the evidence. */
import type { Artifact, Deliverable, HandoffRecord, OwnEvidence } from "@aumai/handoff"

import { jsonOf, jsonValueOf } from "../words/JsonText.ts"
import { nameText } from "../words/Visible.ts"
import type { FormField, Values } from "./MoveForm.tsx"

/** `true` if the deliverable is typed as JSON: it has a schema or a JSON media type. */
const isJson = ({ mediaType = "", schema }: Deliverable): boolean =>
  schema !== undefined || /[/+]json\b/i.test(mediaType)

const deliverableField = (deliverable: Deliverable): FormField => ({
  key: `artifact ${deliverable.name}`,
  label: `${nameText(deliverable.name)}, as ${isJson(deliverable) ? "JSON" : nameText(deliverable.mediaType ?? "text")}`,
  kind: isJson(deliverable) ? "json" : "text"
})

export const deliveryFields = ({ parts, request }: HandoffRecord): ReadonlyArray<FormField> => [
  { key: "result", label: "Result, as JSON (optional)", kind: "json", example: '{ "bed": "ICU 4" }' },
  ...(request.deliverables ?? []).map(deliverableField),
  { key: "evidence", label: "Evidence (optional)", kind: "line", example: "All 214 tests passed" },
  {
    key: "grade",
    label: "Grade of the evidence",
    kind: "choice",
    value: "claimed",
    options: [
      ["claimed", "Claimed"],
      ["observed", "Observed: I saw it myself"]
    ]
  },
  ...((parts ?? 0) > 0 ? [{ key: "leaves", label: "Complete it although parts are open", kind: "check" } as const] : [])
]

const artifactOf = (deliverable: Deliverable, text: string): ReadonlyArray<Artifact> => {
  // The store reports a missing artifact.
  if (text === "") return []
  const { mediaType, name } = deliverable
  const content = isJson(deliverable) ? jsonValueOf(name, text) : text
  return content === undefined ? [] : [{ name, ...(mediaType === undefined ? {} : { mediaType }), content }]
}

/** The arguments of `complete`, from the values of the form. */
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
