/** The commands of the verbs that record one transition, with flags for the arguments that are not plain. */
import { type HandoffRecord, InvalidInput, type OwnEvidence } from "@aumai/handoff-protocol"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as ArtifactInput from "../input/ArtifactInput.ts"
import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import * as ReadBackInput from "../input/ReadBackInput.ts"
import { flagsFor } from "../input/VerbFlags.ts"
import { printable } from "../output/Text.ts"
import { given, decodedOption, show, showForwarded } from "./Acting.ts"
import { verbCommand } from "./VerbCommand.ts"

export const accept = verbCommand("accept", {
  names: { estimatedCompletion: "estimate" },
  custom: {
    readBack: flagsFor(ReadBackInput.flags, (flags) =>
      Effect.map(ReadBackInput.given(flags), (readBack) => given("readBack", readBack))
    )
  },
  examples: [
    "--by executor --lease 10m",
    `--summary "Two invoices, by Friday" --understood invoices --question "late=Whose Friday?"`,
    "--read-back-file read-back.json"
  ]
})

export const reject = verbCommand("reject", {
  examples: [`--reason "No Klingon translation capability."`],
  print: showForwarded
})

const restated = Effect.fnUntraced(function* (flags: Parameters<typeof ReadBackInput.given>[0]) {
  const readBack = yield* ReadBackInput.given(flags)
  if (Option.isSome(readBack)) return { readBack: readBack.value }
  return yield* new InvalidInput({
    input: "--summary",
    issues: [{ path: "", expected: "expected the briefing in your words, here or as --read-back" }]
  })
})

export const restate = verbCommand("restate", {
  custom: { readBack: flagsFor(ReadBackInput.flags, restated) },
  examples: [
    `--summary "Two invoices, by Friday" --understood invoices,late`,
    `--summary "Two invoices" --refused "late=I report no guesses"`
  ]
})

export const confirm = verbCommand("confirm", {
  names: { correction: "correct" },
  custom: {
    checked: flagsFor(
      {
        checked: Flags.value("checked").pipe(
          Flag.withDescription(
            "An item or a question of the read-back that you have checked, or several, separated by commas; repeat it for more"
          ),
          Flag.withMetavar("ID"),
          Flag.atLeast(0)
        )
      },
      (flags) => {
        const checked = ReadBackInput.idsOf(flags.checked)
        return Effect.succeed(checked.length === 0 ? {} : { checked })
      }
    )
  },
  examples: ["", `--correct "By Thursday, not Friday."`, "--checked first_action,late"]
})

export const start = verbCommand("start", { examples: [""] })

const percent = Flag.Finite("percent").pipe(
  Flag.withSchema(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))),
  Flag.withDescription("How far the work is, in percent"),
  Flag.withMetavar("0-100"),
  Flag.optional
)

export const progress = verbCommand("progress", {
  custom: {
    fraction: flagsFor({ percent }, (flags) =>
      Effect.succeed(
        given(
          "fraction",
          Option.map(flags.percent, (percent) => percent / 100)
        )
      )
    )
  },
  examples: ["--attempt 1", `--percent 80 --note "Page 4 of 5"`]
})

export const ask = verbCommand("ask", { examples: [`--question "May page 5 be left out?"`] })

export const answer = verbCommand("answer", { examples: [`--answer "Yes, leave it out."`] })

/** A flag that collects sentences. */
const sentences = (name: string, description: string) =>
  Flags.text(name).pipe(
    Flag.withDescription(`${description}; repeat it for more`),
    Flag.withMetavar("TEXT"),
    Flag.atLeast(0)
  )

const handBack = flagsFor(
  {
    done: sentences("done", "A piece of work that is done"),
    remaining: sentences("remaining", "A piece of work that remains"),
    pitfall: sentences("pitfall", "A trap that the next attempt should avoid")
  },
  ({ done, pitfall, remaining }) => {
    const lists = Object.entries({ done, remaining, pitfalls: pitfall }).filter(([, list]) => list.length > 0)
    return Effect.succeed(lists.length === 0 ? {} : { handBack: Object.fromEntries(lists) })
  }
)

export const release = verbCommand("release", {
  custom: { handBack },
  examples: [
    `--reason "The scanner is down" --not-before 1h`,
    `--done "Pages 1 to 4" --remaining "Page 5" --pitfall "Page 5 is blurred"`
  ],
  print: showForwarded
})

export const forward = verbCommand("forward", {
  custom: { handBack },
  examples: [
    `--to analyst --reason "This is a question of statistics."`,
    `--done "Pages 1 to 4" --remaining "Page 5" --pitfall "Page 5 is blurred"`
  ],
  print: showForwarded
})

export const attest = verbCommand("attest", {
  words: ["of", "uri"],
  examples: [`--by auditor --statement "The totals agree with the ledger." --of report`],
  print: (record, payload) => {
    // The cast: an attestation has these.
    const { by, statement } = payload as { readonly by: string; readonly statement: string }
    const attested = ({ recordId }: HandoffRecord) => printable(`Attested handoff ${recordId} as ${by}: ${statement}`)
    return show(record, attested)
  }
})

const graded =
  (grade: OwnEvidence["grade"]) =>
  (statement: string): OwnEvidence => ({ grade, statement })

const result = Flags.orFile("result", "The result as a JSON object [default: {}]", "JSON")
const artifacts = Flags.orFile(
  "artifacts",
  "Artifacts as a JSON array of name, media_type and content, or of name, media_type, uri, digest (SHA-256) and size",
  "JSON"
)

export const complete = verbCommand("complete", {
  names: { leavesChildren: "leave-parts" },
  custom: {
    result: flagsFor(
      { result },
      Effect.fnUntraced(function* (flags) {
        const given = yield* Input.json("--result", flags.result)
        return { result: {}, ...(yield* decodedOption("result", given, Input.jsonObject)) }
      })
    ),
    artifacts: flagsFor(
      {
        artifactFile: Flags.value("artifact-file").pipe(
          Flag.withDescription(
            "A file to return: JSON and text of up to 512 KiB by value, others by reference with SHA-256, size and a file: URI; repeat it for more"
          ),
          Flag.withMetavar("NAME=FILE"),
          Flag.atLeast(0)
        ),
        artifacts
      },
      Effect.fnUntraced(function* (flags) {
        const given = yield* Input.json("--artifacts", flags.artifacts)
        if (flags.artifactFile.length === 0 && Option.isNone(given)) return {}
        // The demanded media type and digest decide whether a file is returned by value or by reference.
        const { request } = yield* Input.handoff(flags.id)
        return { artifacts: yield* ArtifactInput.artifacts(flags.artifactFile, given, request.deliverables ?? []) }
      })
    ),
    evidence: flagsFor(
      {
        evidence: sentences("evidence", "Evidence that you only state (claimed)"),
        observed: sentences("observed", "Evidence that you have seen yourself, such as the output of a test (observed)")
      },
      (flags) => {
        const evidence = [...flags.evidence.map(graded("claimed")), ...flags.observed.map(graded("observed"))]
        return Effect.succeed(evidence.length === 0 ? {} : { evidence })
      }
    )
  },
  examples: [
    `--result '{"output": "report.pdf"}'`,
    "--result-file result.json",
    `--artifact-file report=report.md --artifact-file chart=chart.png --observed "All 214 tests passed"`
  ]
})

export const approve = verbCommand("approve", { examples: ["", `--reason "Well done."`] })

export const returned = verbCommand("return", { examples: [`--missing "The totals of September."`] })

export const fail = verbCommand("fail", {
  examples: [`--reason "External API returned 503."`]
})

export const cancel = verbCommand("cancel", { examples: [`--reason "No longer needed"`] })
