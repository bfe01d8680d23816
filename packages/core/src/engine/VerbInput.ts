/** Validates the arguments of the verbs that record transitions. */
import {
  AgentId,
  Attempt,
  fastPath,
  type InvalidInput,
  invalidInput,
  takeOver,
  transitionInputs,
  transitions,
  type TransitionVerbName
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const actor = { by: Schema.optionalKey(AgentId), attempt: Schema.optionalKey(Attempt) }

/** Takes over a payload, and checks it against the row of its verb. */
export const validator = (name: TransitionVerbName) => {
  const { event, input } = transitionInputs[name]
  const by = transitions[event].by === "witness" ? { by: AgentId } : {}
  const schema = Schema.Struct({ ...actor, ...by, ...input.fields })
  const isValid = fastPath(schema)
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return <A extends object>(given: A, defaults?: object): Result.Result<A, InvalidInput> =>
    Result.flatMap(takeOver(name, given), (payload) => {
      const input = defaults === undefined ? payload : { ...defaults, ...payload }
      if (isValid(input)) return Result.succeed(input)
      return Result.mapBoth(decode(input), {
        onSuccess: () => input,
        onFailure: (error) => invalidInput(name, error)
      })
    })
}
