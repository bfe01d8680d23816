/** Labelled lines for the briefing, read-back, path, deliverables, artifacts and evidence of a handoff. */
import {
  type Artifact,
  type Briefing,
  coverageOf,
  describeAnswers,
  type Deliverable,
  describeReference,
  type Evidence,
  type HandoffEvent,
  type HandoffRecord,
  maxHopsOf,
  movesFrom,
  type ReadBackItem,
  receiverOf,
  rerouteTerms,
  startAwaits,
  unansweredOf
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { sentenceText } from "./SentenceText.ts"
import { jsonText, printable, word } from "./Text.ts"

/** A labelled line. */
type Row = readonly [label: string, text: string]

const bracketed = (...facts: ReadonlyArray<string | undefined>): string => {
  const known = facts.filter((fact) => fact !== undefined)
  return known.length === 0 ? "" : ` (${known.join(", ")})`
}

type RecordedReadBack = Extract<HandoffRecord, { readonly status: "accepted" }>["readBack"]

const readBackOf = (record: HandoffRecord): RecordedReadBack => ("readBack" in record ? record.readBack : undefined)

const answerText = (items: ReadonlyArray<ReadBackItem>, id: string): string => {
  const item = items.find((one) => one.id === id)
  if (item === undefined) return ""
  return ` [${item.answer}${item.note === undefined ? "" : `: ${item.note}`}]`
}

const briefingRows = (briefing: Briefing, readBack: RecordedReadBack): ReadonlyArray<Row> => {
  const { actions = [], contingencies = [], situation = {} } = briefing
  const items = readBack?.items ?? []
  const points = (label: string, sentences: ReadonlyArray<string> = []) =>
    sentences.map((sentence): Row => [label, sentence])
  return [
    ["Briefing", `${briefing.severity}: ${briefing.summary}`],
    ...actions.map(({ id, task, owner, due }): Row => {
      const more = bracketed(owner, due && `due ${DateTime.formatIso(due)}`)
      return ["  Action", `${id}: ${task}${more}${answerText(items, id)}`]
    }),
    ...points("  Known", situation.known),
    ...points("  Decided", situation.decided),
    ...points("  Open", situation.open),
    ...contingencies.map(({ id, if: condition, then }): Row => [
      "  If",
      `${id}: ${condition} -> ${then}${answerText(items, id)}`
    ])
  ]
}

/** The coverage of a read-back in words: `1 of 3 understood; question: late; not restated: invoices`. */
export const coverageText = (briefing: Briefing, readBack: RecordedReadBack): string => {
  const { understood, question, refused, missing } = coverageOf(briefing, readBack)
  const unanswered = unansweredOf(briefing, readBack)
  return [
    `${understood.length} of ${understood.length + question.length + refused.length + missing.length} understood`,
    ...(question.length === 0 ? [] : [`question: ${question.join(", ")}`]),
    ...(refused.length === 0 ? [] : [`refused: ${refused.join(", ")}`]),
    ...(missing.length === 0 ? [] : [`not restated: ${missing.join(", ")}`]),
    ...(unanswered.length === 0 ? [] : [`not answered: ${unanswered.join(", ")}`])
  ].join("; ")
}

const bringsReadBack: ReadonlySet<string> = new Set<HandoffEvent["_tag"]>(["Accepted", "Restated"])

const readBackRows = (record: HandoffRecord): ReadonlyArray<Row> => {
  const { briefing } = record.request
  const readBack = readBackOf(record)
  const asked = briefing?.readBack === undefined ? [] : [coverageText(briefing, readBack)]
  if (readBack === undefined) {
    // If no event can bring a read-back, the handoff started without one, or it has ended and dropped it.
    if (asked.length === 0 || !movesFrom(record.status).some(({ event }) => bringsReadBack.has(event))) return []
    return [["Read-back", `required; ${asked.join("")}`]]
  }
  const { checked, confirmed, correction } = readBack
  const facts = [
    ...(checked === undefined ? [] : [`checked: ${checked.join(", ")}`]),
    ...(correction === undefined ? [] : [`corrected: ${correction}`])
  ]
  return [
    ["Read-back", [readBack.summary, ...asked.map((text) => `(${text})`)].join(" ")],
    ...describeAnswers(readBack).map(([question, answer]): Row => ["  Answer", `${question}: ${answer}`]),
    ...(confirmed === undefined
      ? startAwaits(record) === "sender"
        ? [["  Confirm", `${record.request.fromAgent} has not confirmed it yet`] as const]
        : []
      : [["  Confirm", [DateTime.formatIso(confirmed), ...facts].join(", ")] as const])
  ]
}

/** All receivers of a handoff, oldest first. */
export const pathOf = ({ hops = [], request }: HandoffRecord): string =>
  [request.toAgent, ...hops.map(({ receiver }) => receiver)].join(" -> ")

const pathRows = (record: HandoffRecord): ReadonlyArray<Row> => {
  const { hops, parts, request } = record
  return [
    ...(hops === undefined
      ? []
      : [["Hops", `${pathOf(record)}${bracketed(`${hops.length} of ${maxHopsOf(record)}`)}`] as const]),
    ...(hops === undefined && request.maxHops !== undefined ? [["Hops", `0 of ${request.maxHops}`] as const] : []),
    ...(request.reroute === true ? [["Re-route", rerouteTerms] as const] : []),
    ...(parts === undefined ? [] : [["Parts", `${parts} delegated; 'chain' shows them`] as const])
  ]
}

const short = (digest: string): string => `SHA-256 ${digest.slice(0, 12)}…`

// Characters, about two lines of a terminal. `--json` prints everything.
const shown = 160

const shortened = (text: string): string =>
  // Half of a surrogate pair is not text.
  text.length > shown ? `${text.slice(0, shown).replace(/[\uD800-\uDBFF]$/, "")}…` : text.trimEnd()

const artifactText = (record: HandoffRecord, artifact: Artifact): string => {
  const { mediaType, name } = artifact
  if ("uri" in artifact) {
    const checked = describeReference(record, artifact)
    const facts = [mediaType, `${artifact.size} bytes`, short(artifact.digest), checked && sentenceText(checked)]
    return `${name}: ${artifact.uri}${bracketed(...facts)}`
  }
  const { content } = artifact
  const text = typeof content === "string" ? content : jsonText(content)
  return `${name}: ${shortened(text)}${bracketed(mediaType, text.length > shown ? `${text.length} characters` : undefined)}`
}

const deliverableText = ({ name, mediaType, schema, digest }: Deliverable): string =>
  `${name}${bracketed(mediaType, schema && "with a schema", digest && short(digest))}`

const evidenceText = ({ request }: HandoffRecord, evidence: Evidence): string => {
  const { grade, statement, of, uri, digest, by, at } = evidence
  // Older histories call the word of the sender verified, too.
  const isSender = grade === "verified" && by === request.fromAgent
  return `${grade} by ${by}${isSender ? ", the sender" : ""}: ${statement}${bracketed(of && `of ${of}`, uri, digest && short(digest), DateTime.formatIso(at))}`
}

const deliveryRows = (record: HandoffRecord): ReadonlyArray<Row> => {
  const artifacts = "artifacts" in record ? (record.artifacts ?? []) : []
  const evidence = "evidence" in record ? (record.evidence ?? []) : []
  return [
    ...(record.request.deliverables ?? []).map((one): Row => ["Demanded", deliverableText(one)]),
    ...artifacts.map((one): Row => ["Artifact", artifactText(record, one)]),
    ...evidence.map((one): Row => ["Evidence", evidenceText(record, one)])
  ]
}

/** The labelled lines of a handoff; a part that it does not have gets no line. */
export const handoverRows = (record: HandoffRecord): ReadonlyArray<Row> => {
  const { briefing } = record.request
  return [
    ...(briefing === undefined ? [] : briefingRows(briefing, readBackOf(record))),
    ...readBackRows(record),
    ...pathRows(record),
    ...deliveryRows(record)
  ].map(([label, text]) => [label, printable(text)])
}

/** A placeholder for a text. */
export const nameless = "'…'"

/** The missing read-back or confirmation before a handoff may start, with the command for it; empty if it may start. */
export const awaitedText = (record: HandoffRecord, where: string): ReadonlyArray<string> => {
  const { briefing, fromAgent } = record.request
  const awaits = startAwaits(record)
  if (briefing === undefined || awaits === undefined) return []
  const readBack = readBackOf(record)
  const { missing, question, refused } = coverageOf(briefing, readBack)
  const id = word(record.recordId)
  if (awaits === "receiver") {
    const unanswered = unansweredOf(briefing, readBack)
    const left = [...missing, ...unanswered]
    const what = left.length === 0 ? "its summary" : left.join(", ")
    const items = missing.length === 0 ? "" : ` --understood ${word(missing.join(","))}`
    const understood = items + unanswered.map((ask) => ` --${ask.replaceAll("_", "-")} ${nameless}`).join("")
    return [
      printable(`  Before it starts, ${receiverOf(record)} must read its briefing back; still to restate: ${what}`),
      printable(`  aumai-handoff restate --id ${id} --summary ${nameless}${understood}${where}`)
    ]
  }
  const asks = briefing.readBack?.asks ?? []
  const checks = asks.length === 0 ? "" : ` --checked ${nameless}`
  const doubts = [...question.map((one) => `${one} (question)`), ...refused.map((one) => `${one} (refused)`)]
  return [
    printable(
      `  Before it starts, ${fromAgent} must confirm the read-back${doubts.length === 0 ? "" : `; not understood: ${doubts.join(", ")}`}`
    ),
    printable(
      `  aumai-handoff confirm --id ${id}${checks}${doubts.length === 0 ? "" : ` --correct ${nameless}`}${where}`
    )
  ]
}
