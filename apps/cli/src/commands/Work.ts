import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import {
  decodeText,
  encodeRecord,
  type HandoffRecord,
  InvalidInput,
  isJsonObject,
  type JsonObject,
  limits,
  type WireWorkNote
} from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { type Ended, exec } from "../Exec.ts"
import { handedBack } from "../input/ArtifactInput.ts"
import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import * as Keys from "../input/Keys.ts"
import { decoded } from "../input/ReadBackInput.ts"
import { onDemand } from "../OpenStore.ts"
import { print } from "../output/Output.ts"
import { jsonText, printable } from "../output/Text.ts"
import { root } from "../Root.ts"
import { decodedOption } from "./Acting.ts"
import { withHelp } from "./VerbCommand.ts"

/** The exit code of a program if another attempt would not help: EX_DATAERR of BSD's sysexits, "the input was wrong". */
const giveUpCode = 65

// Characters. Result, artifacts and evidence may take `limits.jsonBytes` each.
const mostOutput = 3 * limits.jsonBytes

/** The program did not exit with 0, or its output is invalid. */
class ProgramFailed extends Schema.TaggedError<ProgramFailed>()("ProgramFailed", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

/** The reason of a failure: the exit code or signal, with the last line of standard error. */
const reasonOf = ({ code, stderr }: Ended): string => {
  const last = stderr.trimEnd().split("\n").at(-1)?.trim() ?? ""
  const how = typeof code === "number" ? `It exited with ${code}` : `It was ended by ${code}`
  return last === "" ? `${how}.` : `${how}: ${last}`
}

/** Decodes the output of a program that prints artifacts and evidence beside its result. */
const handedBackIn = (stdout: string) =>
  Result.flatMap(decodeText("output", stdout.trim()), (json) =>
    isJsonObject(json)
      ? handedBack("output", json)
      : Result.fail(
          new InvalidInput({ input: "output", issues: [{ path: "", expected: "Expected an object with a result" }] })
        )
  )

/** Decodes the read-back that a program printed: a JSON object, or any other text as a summary. */
const readBackIn = (stdout: string) => {
  const parsed = decodeText("read-back", stdout.trim())
  const json = Result.isSuccess(parsed) && isJsonObject(parsed.success) ? parsed.success : { summary: stdout.trim() }
  return decoded("read-back", json)
}

/** The result that a program printed: a JSON object, or any other text as `output`. */
const resultOf = (stdout: string): JsonObject => {
  const text = stdout.trim()
  if (text === "") return {}
  const parsed = decodeText("output", text)
  return Result.isSuccess(parsed) && isJsonObject(parsed.success) ? parsed.success : { output: text }
}

export const work = Command.make(
  "work",
  {
    agent: Flags.required("agent", "The agent whose inbox is worked through").pipe(Flag.withMetavar("AGENT")),
    exec: Flags.required("exec", "The command line to run for each handoff").pipe(Flag.withMetavar("COMMAND")),
    concurrency: Flag.Int("concurrency").pipe(
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
      Flag.withDescription("The number of handoffs worked on at once [default: 1]"),
      Flag.withMetavar("N"),
      Flag.withDefault(1)
    ),
    lease: Flags.optional("lease", "How long after a crash another worker may take over [default: 1m]").pipe(
      Flag.withMetavar("DURATION")
    ),
    readBackExec: Flags.optional(
      "read-back-exec",
      "The command line that reads a briefing back: it gets the record on standard input and prints the read-back as JSON or a summary as text [default: handoffs that require a read-back are skipped]"
    ).pipe(Flag.withMetavar("COMMAND")),
    withArtifacts: Flags.onOff(
      "with-artifacts",
      `The command prints {"result": {…}, "artifacts": […], "evidence": […]} instead of the result alone; each key is optional`
    ),
    create: Flags.create,
    grace: Flags.optional(
      "grace",
      "How long running commands may continue when the worker is stopped [default: 10s]"
    ).pipe(Flag.withMetavar("DURATION"))
  },
  Effect.fnUntraced(function* (flags) {
    const agent = yield* Input.agentId("--agent", flags.agent)
    const options = {
      concurrency: flags.concurrency,
      ...(yield* decodedOption("lease", flags.lease, (text) => Input.duration("--lease", text))),
      ...(yield* decodedOption("grace", flags.grace, (text) => Input.duration("--grace", text)))
    }
    const isJson = yield* Flags.Json
    const { key, store } = yield* root
    const keys = (yield* Keys.named(key)).join(",")
    const say = (id: string, attempt: number, what: string) => {
      const note: WireWorkNote = { record_id: id, attempt, what }
      return Effect.ignore(print(isJson ? jsonText(note) : printable(`${id} attempt ${attempt}: ${what}`)))
    }
    const variablesFor = ({ attempt, recordId }: HandoffRecord) => ({
      AUMAI_HANDOFF_ID: recordId,
      AUMAI_HANDOFF_ATTEMPT: String(attempt),
      AUMAI_HANDOFF_AGENT: agent,
      AUMAI_HANDOFF_STORE: store,
      // The program signs its own commands with the same keys.
      ...(keys === "" ? {} : { [Keys.variable]: keys })
    })
    /** Runs a command line for a handoff and returns its output. */
    const run = Effect.fnUntraced(function* (command: string, record: HandoffRecord) {
      const input = `${jsonText(encodeRecord(record))}\n`
      const ended = yield* exec(command, input, variablesFor(record), mostOutput)
      if (ended.code === 0) return ended.stdout
      const reason = reasonOf(ended)
      yield* say(record.recordId, record.attempt, reason)
      return yield* ended.code === giveUpCode ? new HandoffWorker.GiveUp({ reason }) : new ProgramFailed({ reason })
    })
    const restating = Option.map(flags.readBackExec, (command) => ({
      readBack: (record: HandoffRecord) =>
        Effect.gen(function* () {
          const readBack = yield* Effect.fromResult(readBackIn(yield* run(command, record)))
          yield* say(record.recordId, record.attempt, "read back")
          return readBack
        })
    }))
    return yield* HandoffWorker.run(
      agent,
      ({ deliver, record, vouch }) =>
        Effect.gen(function* () {
          const { recordId, attempt } = record
          yield* say(recordId, attempt, "begun")
          const stdout = yield* run(flags.exec, record)
          if (!flags.withArtifacts) {
            yield* say(recordId, attempt, "done")
            return resultOf(stdout)
          }
          const handed = handedBackIn(stdout)
          if (Result.isFailure(handed)) {
            const reason = handed.failure.message
            yield* say(recordId, attempt, reason)
            return yield* new ProgramFailed({ reason })
          }
          const { artifacts, evidence, result } = handed.success
          deliver(...artifacts)
          vouch(...evidence)
          yield* say(recordId, attempt, "done")
          return result
        }),
      { ...options, ...Option.getOrElse(restating, () => ({})) }
    )
  }, onDemand("work"))
).pipe(
  withHelp({
    summary: "Works through an agent's inbox: claims each handoff with a lease and runs a command for it.",
    description:
      "The command gets the record on standard input as JSON, and its output is the result. Exit code 0 completes the handoff, " +
      "65 fails it because another attempt would not help, and any other code releases it for another attempt. " +
      "The command is ended if the handoff is lost. A registered agent counts as present while it works. " +
      "Handoffs whose briefing must be read back need --read-back-exec, and those that demand deliverables need --with-artifacts. " +
      "AUMAI_HANDOFF_ID and AUMAI_HANDOFF_ATTEMPT hold the id and the attempt, for 'progress' and 'ask'."
  }),
  Command.withExamples([
    { command: "aumai-handoff work --agent executor --exec 'python3 report.py'" },
    { command: "aumai-handoff work --agent executor --exec ./convert.sh --concurrency 4 --lease 10m" },
    { command: "aumai-handoff work --agent executor --exec ./agent.sh --read-back-exec ./restate.sh --with-artifacts" }
  ])
)
