/** A worker that runs a program for each handoff. */
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
import { staying } from "../OpenStore.ts"
import { print } from "../output/Output.ts"
import { printable } from "../output/Text.ts"
import { root } from "../Root.ts"
import { judged } from "./Acting.ts"

/** What a program exits with when another attempt would not help: EX_DATAERR of BSD's sysexits, "the input was wrong". */
const giveUpCode = 65

// Characters: a result, artifacts and evidence may each come to so much.
const mostOutput = 3 * limits.jsonBytes

/** The program ended in another way than with 0. */
class ProgramFailed extends Schema.TaggedError<ProgramFailed>()("ProgramFailed", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

/** Why it failed: the last line it said, or how it ended. */
const reasonOf = ({ code, stderr }: Ended): string => {
  const last = stderr.trimEnd().split("\n").at(-1)?.trim() ?? ""
  const how = typeof code === "number" ? `It exited with ${code}` : `It was ended by ${code}`
  return last === "" ? `${how}.` : `${how}: ${last}`
}

/** What a program that hands back more than a result has printed. */
const handedBackIn = (stdout: string) =>
  Result.flatMap(decodeText("output", stdout.trim()), (json) =>
    isJsonObject(json)
      ? handedBack("output", json)
      : Result.fail(
          new InvalidInput({ input: "output", issues: [{ path: "", expected: "Expected an object with a result" }] })
        )
  )

/** The read-back that a program printed: JSON when it is an object, anything else as a summary. */
const readBackIn = (stdout: string) => {
  const parsed = decodeText("read-back", stdout.trim())
  const json = Result.isSuccess(parsed) && isJsonObject(parsed.success) ? parsed.success : { summary: stdout.trim() }
  return decoded("read-back", json)
}

/** The result that a program printed: a JSON object as it is, anything else as text. */
const resultOf = (stdout: string): JsonObject => {
  const text = stdout.trim()
  if (text === "") return {}
  const parsed = decodeText("output", text)
  return Result.isSuccess(parsed) && isJsonObject(parsed.success) ? parsed.success : { output: text }
}

export const work = Command.make(
  "work",
  {
    agent: Flags.required("agent", "Whose inbox").pipe(Flag.withMetavar("AGENT")),
    exec: Flags.required("exec", "Command line to run for each handoff").pipe(Flag.withMetavar("COMMAND")),
    concurrency: Flag.Int("concurrency").pipe(
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
      Flag.withDescription("How many at once [default: 1]"),
      Flag.withMetavar("N"),
      Flag.withDefault(1)
    ),
    lease: Flags.optional("lease", "How long after a crash others may take over [default: 1m]").pipe(
      Flag.withMetavar("DURATION")
    ),
    readBackExec: Flags.optional(
      "read-back-exec",
      "Command line that reads a briefing back: the record comes on its standard input, and it prints the read-back as JSON, or a summary as text [default: handoffs that ask for one are passed by]"
    ).pipe(Flag.withMetavar("COMMAND")),
    withArtifacts: Flags.onOff(
      "with-artifacts",
      `The command prints {"result": {…}, "artifacts": […], "evidence": […]} instead of the result alone; each may be left out`
    ),
    grace: Flags.optional("grace", "How long what is under way may go on when it is stopped [default: 10s]").pipe(
      Flag.withMetavar("DURATION")
    )
  },
  Effect.fnUntraced(function* (flags) {
    const agent = yield* Input.agentId("--agent", flags.agent)
    const options = {
      concurrency: flags.concurrency,
      ...(yield* judged("lease", flags.lease, (text) => Input.duration("--lease", text))),
      ...(yield* judged("grace", flags.grace, (text) => Input.duration("--grace", text)))
    }
    const isJson = yield* Flags.Json
    const { key, store } = yield* root
    const keys = (yield* Keys.named(key)).join(",")
    const say = (id: string, attempt: number, what: string) => {
      const note: WireWorkNote = { record_id: id, attempt, what }
      return Effect.ignore(print(isJson ? JSON.stringify(note) : printable(`${id} attempt ${attempt}: ${what}`)))
    }
    const variablesFor = ({ attempt, recordId }: HandoffRecord) => ({
      AUMAI_HANDOFF_ID: recordId,
      AUMAI_HANDOFF_ATTEMPT: String(attempt),
      AUMAI_HANDOFF_AGENT: agent,
      AUMAI_HANDOFF_STORE: store,
      // What it says of itself is signed like what is said for it.
      ...(keys === "" ? {} : { [Keys.variable]: keys })
    })
    /** Runs a command line for a handoff, and gives what it printed. */
    const run = Effect.fnUntraced(function* (command: string, record: HandoffRecord) {
      const input = `${JSON.stringify(encodeRecord(record))}\n`
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
  }, staying)
).pipe(
  Command.withDescription(
    "Work through an agent's inbox: claim each handoff with a lease and run a command for it. The record comes on its " +
      "standard input as JSON; what it prints is the result. It exits with 0 when it is done, with 65 when another attempt " +
      "would not help, and with anything else to be tried again later. It is ended when the handoff is lost. " +
      "Meanwhile a registered agent counts as present. " +
      "Handoffs whose briefing must be read back need --read-back-exec, and those that demand deliverables need --with-artifacts. " +
      "AUMAI_HANDOFF_ID and AUMAI_HANDOFF_ATTEMPT say which it is, for 'progress' and 'ask'."
  ),
  Command.withExamples([
    { command: "aumai-handoff work --agent executor --exec 'python3 report.py'" },
    { command: "aumai-handoff work --agent executor --exec ./convert.sh --concurrency 4 --lease 10m" },
    { command: "aumai-handoff work --agent executor --exec ./agent.sh --read-back-exec ./restate.sh --with-artifacts" }
  ])
)
