/** The form in which a receiver hands back what was asked for, and what speaks for it. */
import type { Artifact, Deliverable, HandoffRecord, OwnEvidence } from "@aumai/handoff"

import { jsonOf, jsonValueOf } from "../words/JsonText.ts"
import { nameText } from "../words/Words.ts"
import type { Question, Said } from "./Questions.tsx"

/** What must satisfy a schema, or says that it is JSON, is typed as JSON; all else as text. */
const isJson = ({ mediaType = "", schema }: Deliverable): boolean =>
  schema !== undefined || /[/+]json\b/i.test(mediaType)

const deliverableQuestion = (deliverable: Deliverable): Question => ({
  key: `artifact ${deliverable.name}`,
  label: `${nameText(deliverable.name)}, as ${isJson(deliverable) ? "JSON" : (deliverable.mediaType ?? "text")}`,
  kind: isJson(deliverable) ? "json" : "text"
})

export const deliveryQuestions = ({ parts, request }: HandoffRecord): ReadonlyArray<Question> => [
  { key: "result", label: "Result, as JSON (optional)", kind: "json", example: '{ "bed": "ICU 4" }' },
  ...(request.deliverables ?? []).map(deliverableQuestion),
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
export const deliveryOf = ({ request }: HandoffRecord, said: Said) => {
  const artifacts = (request.deliverables ?? []).flatMap((one) => artifactOf(one, said(`artifact ${one.name}`)))
  const statement = said("evidence")
  const evidence: ReadonlyArray<OwnEvidence> =
    statement === "" ? [] : [{ grade: said("grade") === "observed" ? "observed" : "claimed", statement }]
  return {
    result: jsonOf("result", said("result")),
    ...(artifacts.length === 0 ? {} : { artifacts }),
    ...(evidence.length === 0 ? {} : { evidence }),
    ...(said("leaves") === "" ? {} : { leavesChildren: true as const })
  }
}
