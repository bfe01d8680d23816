import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import {
  decodeJsonObject,
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
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { type Ended, errorIn, exec } from "../Exec.ts"
import { handedBack } from "../input/ArtifactInput.ts"
import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import * as Keys from "../input/Keys.ts"
import * as ReadBackInput from "../input/ReadBackInput.ts"
import { decodeUtf8, escapedUtf8 } from "../input/Utf8.ts"
import { absolute, onDemand } from "../OpenStore.ts"
import { print } from "../output/Output.ts"
import { jsonText, printable } from "../output/Text.ts"
import { root, shown } from "../Root.ts"
import { whyNot } from "../Runnable.ts"
import { decodedOption } from "./Acting.ts"
import { withHelp } from "./VerbCommand.ts"

/** The exit code of a program if another attempt would not help: EX_DATAERR of BSD's sysexits, "the input was wrong". */
const giveUpCode = 65

// Exit codes of sysexits for an outage, which BSD calls EX_UNAVAILABLE and EX_TEMPFAIL.
const unavailableCodes = new Set<number | string>([69, 75])

// The shell could not execute the program, or did not find it.
const brokenCodes = new Set<number | string>([126, 127])

// The error of an interpreter that did not find its script, or a module of it.
const notLoaded =
  /(?:^|\W)(?:ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|ModuleNotFoundError|Module not found|can't open file|Cannot find module)\b/

/** A program that ended with an error. */
class ProgramFailed extends Error {
  override readonly name = "Error"
  /** By this word a retry policy can name the exit code as final. */
  readonly status: number | string
  readonly isBroken: boolean

  constructor({ code, stderr }: Ended, reason: string) {
    super(reason)
    this.status = code
    const text = stderr.toString()
    this.isBroken = brokenCodes.has(code) || notLoaded.test(errorIn(text))
    // The stack of the worker says nothing about the program.
    this.stack = text
  }
}

const classify: HandoffWorker.Classify = (error, usual) =>
  error instanceof ProgramFailed
    ? { kind: error.isBroken ? "broken" : unavailableCodes.has(error.status) ? "unavailable" : "other" }
    : usual

// Bytes. Result, artifacts and evidence may take `limits.jsonBytes` each.
const mostOutput = 3 * limits.jsonBytes

/** The reason of a failure: the exit code or signal, with the error on standard error. */
const reasonOf = ({ code, stderr }: Ended): string => {
  // As bytes, so that only an error that is not UTF-8 is escaped.
  const last = escapedUtf8(Buffer.from(errorIn(stderr.toString("latin1")), "latin1"))
  const how = typeof code === "number" ? `It exited with ${code}` : `It was ended by ${code}`
  return last === "" ? `${how}.` : `${how}: ${last}`
}

const refusedOutput = (expected: string) => new InvalidInput({ input: "output", issues: [{ path: "", expected }] })

/** Decodes the output of a program that prints artifacts and evidence beside its result. */
const handedBackIn = (stdout: string) =>
  Result.flatMap(decodeText("output", stdout.trim()), (json) =>
    isJsonObject(json) ? handedBack("output", json) : Result.fail(refusedOutput("Expected an object with a result"))
  )

/** The result that a program printed: exact JSON if it begins like an object, or any other text as `output`. */
const resultOf = (stdout: string): Result.Result<JsonObject, InvalidInput> => {
  const text = stdout.trim()
  if (text === "") return Result.succeed({})
  return text.startsWith("{")
    ? Result.flatMap(decodeText("output", text), (json) => decodeJsonObject("output", json))
    : Result.succeed({ output: text })
}

/** Decodes what a program printed. */
const textOf = (stdout: Uint8Array): Result.Result<string, InvalidInput> =>
  stdout.length > mostOutput
    ? Result.fail(refusedOutput(`Expected at most ${mostOutput} bytes`))
    : Result.mapError(decodeUtf8(stdout), (fault) => refusedOutput(`Expected text, but it ${fault}`))

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
    once: Flags.onOff("once", "End after one handoff; wait for it unless --until-empty is given, too"),
    untilEmpty: Flags.onOff("until-empty", "End when no handoff can be claimed"),
    drain: Flags.onOff("drain", "End when no handoff is left, also none that waits for another attempt"),
    pauseAfter: Flag.Int("pause-after").pipe(
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))),
      Flag.withDescription(
        "The number of failures in a row after which the worker pauses and then tries one [default: 5]"
      ),
      Flag.withMetavar("N"),
      Flag.withDefault(5)
    ),
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
    // Absolute, because the program may change its directory.
    const shared = { AUMAI_HANDOFF_STORE: absolute(store), ...(yield* Keys.variables(key)) }
    const say = (id: string, attempt: number, what: string) => {
      const note: WireWorkNote = { record_id: id, attempt, what }
      return Effect.ignore(print(isJson ? jsonText(note) : printable(`${id} attempt ${attempt}: ${what}`)))
    }
    const variablesFor = ({ attempt, recordId }: HandoffRecord) => ({
      AUMAI_HANDOFF_ID: recordId,
      AUMAI_HANDOFF_ATTEMPT: String(attempt),
      AUMAI_HANDOFF_AGENT: agent,
      // The program signs its own commands with the same keys.
      ...shared
    })
    /** Runs a command line for a handoff and decodes its output. */
    const run = Effect.fnUntraced(function* <A>(
      command: string,
      record: HandoffRecord,
      decode: (stdout: string) => Result.Result<A, InvalidInput>
    ) {
      const input = `${jsonText(encodeRecord(record))}\n`
      const ended = yield* exec(command, input, variablesFor(record), mostOutput)
      const read =
        ended.code === 0
          ? Result.mapError(Result.flatMap(textOf(ended.stdout), decode), ({ message }) => message)
          : Result.fail(reasonOf(ended))
      if (Result.isSuccess(read)) return read.success
      const reason = read.failure
      yield* say(record.recordId, record.attempt, reason)
      if (ended.code === 0) return yield* Effect.fail(reason)
      const isHopeless = ended.code === giveUpCode
      return yield* Effect.fail(isHopeless ? new HandoffWorker.GiveUp({ reason }) : new ProgramFailed(ended, reason))
    })
    const restating = Option.map(flags.readBackExec, (command) => ({
      readBack: (record: HandoffRecord) =>
        Effect.tap(
          run(command, record, (stdout) => ReadBackInput.fromText("read-back", stdout.trim())),
          say(record.recordId, record.attempt, "read back")
        )
    }))
    for (const command of [flags.exec, ...Option.toArray(flags.readBackExec)]) {
      const reason = yield* Effect.promise(() => whyNot(command))
      if (reason !== undefined) return yield* new HandoffWorker.CannotWork({ reason })
    }
    yield* Console.error(printable(`Working for ${agent} on ${shown(store)}`))
    return yield* HandoffWorker.run(
      agent,
      ({ deliver, record, vouch }) =>
        Effect.gen(function* () {
          const { recordId, attempt } = record
          yield* say(recordId, attempt, "begun")
          if (!flags.withArtifacts) {
            const result = yield* run(flags.exec, record, resultOf)
            yield* say(recordId, attempt, "done")
            return result
          }
          const { artifacts, evidence, result } = yield* run(flags.exec, record, handedBackIn)
          deliver(...artifacts)
          vouch(...evidence)
          yield* say(recordId, attempt, "done")
          return result
        }),
      {
        ...options,
        classify,
        breaker: { after: flags.pauseAfter },
        once: flags.once,
        ...(flags.untilEmpty || flags.drain ? { until: flags.drain ? ("drained" as const) : ("empty" as const) } : {}),
        ...Option.getOrElse(restating, () => ({}))
      }
    )
  }, onDemand("work"))
).pipe(
  withHelp({
    summary: "Works through an agent's inbox: claims each handoff with a lease and runs a command for it.",
    description:
      "The command gets the record on standard input as JSON, and its output is the result: text that begins with { is JSON, other text becomes the key output. Exit code 0 completes the handoff, " +
      "65 fails it because another attempt would not help, 126, 127 and a module that is not found stop the worker, and any other code releases it for another attempt, as does output that is not UTF-8 or not JSON that can be kept exactly. " +
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
