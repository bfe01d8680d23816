/** Handing back what was made, and saying what speaks for it. */
import { HandoffManager } from "@aumai/handoff-core"
import { Digest, type HandoffRecord, InvalidInput, type OwnEvidence } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as ArtifactInput from "../ArtifactInput.ts"
import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once } from "../OpenStore.ts"
import * as RequestInput from "../RequestInput.ts"
import { printable } from "../Text.ts"
import { actor, given, judged, show } from "./Acting.ts"

const sentences = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(`${description}; repeat it for more`),
    Flag.withMetavar("TEXT"),
    Flag.atLeast(0)
  )

const graded =
  (grade: OwnEvidence["grade"]) =>
  (statement: string): OwnEvidence => ({ grade, statement })

export const complete = Command.make(
  "complete",
  {
    id: Flags.id,
    result: Flag.String("result").pipe(
      Flag.withDescription("JSON object to hand back; @file or - reads it [default: {}]"),
      Flag.withMetavar("JSON"),
      Flag.withDefault("{}")
    ),
    artifact: Flag.String("artifact").pipe(
      Flag.withDescription(
        "A file to hand back: JSON and text of up to 512 KiB by value, others by reference with SHA-256, size and a file: URI; repeat it for more"
      ),
      Flag.withMetavar("NAME=@FILE"),
      Flag.atLeast(0)
    ),
    artifacts: Flags.optional(
      "artifacts",
      `JSON array of name, media_type and content, or of name, media_type, uri, digest (SHA-256) and size; @file or - reads it`
    ).pipe(Flag.withMetavar("JSON")),
    evidence: sentences("evidence", "What you say for the work (claimed)"),
    observed: sentences("observed", "What you have seen yourself, such as the output of a test (observed)"),
    leaveParts: Flags.onOff("leave-parts", "Complete it though parts of it are open; they go on without it"),
    ...Flags.acting
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const result = yield* Input.jsonObject("--result", flags.result)
    const acting = yield* actor(flags)
    const id = yield* Input.recordId(flags.id)
    const hasArtifacts = flags.artifact.length > 0 || Option.isSome(flags.artifacts)
    const json = yield* judged("json", flags.artifacts, (text) => RequestInput.json("--artifacts", text))
    // Which media type and which digest is demanded says how a file is to be handed back.
    const demanded = hasArtifacts ? ((yield* manager.get(id)).request.deliverables ?? []) : []
    const artifacts = yield* ArtifactInput.artifacts(flags.artifact, json.json, demanded)
    const evidence = [...flags.evidence.map(graded("claimed")), ...flags.observed.map(graded("observed"))]
    yield* show(
      yield* manager.complete(id, {
        result,
        ...(artifacts.length === 0 ? {} : { artifacts }),
        ...(evidence.length === 0 ? {} : { evidence }),
        ...(flags.leaveParts ? { leavesChildren: true as const } : {}),
        ...acting
      })
    )
  }, once)
).pipe(
  Command.withDescription(
    "Finish a handoff, with a result, and with the artifacts that its sender has demanded. Refused, with what is missing, while these do not fit, and while parts that were delegated are open."
  ),
  Command.withExamples([
    { command: `aumai-handoff complete --id 7k2m9q4xw3pz --result '{"output": "report.pdf"}'` },
    { command: "aumai-handoff complete --id 7k2m9q4xw3pz --result @result.json" },
    {
      command: `aumai-handoff complete --id 7k2m9q4xw3pz --artifact report=@report.md --artifact chart=@chart.png --observed "All 214 tests passed"`
    }
  ])
)

const digest = (flag: string, value: string): Effect.Effect<Digest, InvalidInput> =>
  Effect.fromResult(Schema.decodeResult(Digest)(value.trim().toLowerCase())).pipe(
    Effect.mapError(
      () =>
        new InvalidInput({
          input: flag,
          issues: [{ path: "", expected: "expected a SHA-256 of 64 hexadecimal digits, as sha256sum prints it" }]
        })
    )
  )

export const attest = Command.make(
  "attest",
  {
    id: Flags.id,
    by: Flags.required("by", "Who has checked it: anybody but the receiver").pipe(Flag.withMetavar("AGENT")),
    statement: Flags.required("statement", "What is so").pipe(Flag.withMetavar("TEXT")),
    of: Flags.optional("of", "The deliverable or artifact it is about").pipe(Flag.withMetavar("NAME")),
    uri: Flags.optional("uri", "Where that can be looked up").pipe(Flag.withMetavar("URI")),
    digest: Flags.optional("digest", "SHA-256 of what was looked at").pipe(Flag.withMetavar("SHA256"))
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const by = yield* Input.agentId("--by", flags.by)
    const options = {
      by,
      statement: flags.statement,
      ...given("of", flags.of),
      ...given("uri", flags.uri),
      ...(yield* judged("digest", flags.digest, (text) => digest("--digest", text)))
    }
    const attested = (record: HandoffRecord) =>
      printable(`Attested handoff ${record.recordId} as ${by}: ${flags.statement}`)
    yield* show(yield* manager.attest(yield* Input.recordId(flags.id), options), attested)
  }, once)
).pipe(
  Command.withDescription(
    "Put on record, as a witness, that you have checked the work of a handoff that is under way. Its receiver cannot: what that says for itself goes with complete."
  ),
  Command.withExamples([
    {
      command: `aumai-handoff attest --id 7k2m9q4xw3pz --by auditor --statement "The totals agree with the ledger." --of report`
    }
  ])
)
