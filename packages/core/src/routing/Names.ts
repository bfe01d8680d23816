/** Checks the names that a call brings, and finds names that look alike. Names that the store already has are not judged. */
import { type HandoffRequest, InvalidInput } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import type { RegisteredAgent } from "../store/AgentStore.ts"
import type * as NameRules from "./NameRules.ts"

type Rules = typeof NameRules

// Printable ASCII with single blanks inside: no rule forbids such a name, unless it may be a word of the engine. Most
// names are like that, and the check takes some 50 nanoseconds.
const plain = /^[!-~]+(?: [!-~]+)*$/
const mayBeReserved = /^(?:c..ck|f.re.gn|any.ne|unr.uted|thesender|therece.ver)$/i

/** Checks whether a name needs none of the rules for other scripts. */
export const isPlain = (name: string): boolean => plain.test(name) && !mayBeReserved.test(name.replaceAll(" ", ""))

// Agrees with `skeleton`, which also folds other scripts.
const plainSkeleton = (name: string): string =>
  name.toLowerCase().replaceAll(/[1i|]/g, "l").replaceAll("0", "o").replaceAll("`", "'").replaceAll(" ", "")

const plainRules: Pick<Rules, "looksLike" | "nameFault"> = {
  looksLike: (a, b) => plainSkeleton(a) === plainSkeleton(b),
  nameFault: () => undefined
}

const rules = Effect.promise(() => import("./NameRules.ts"))

/** The rules for these names: for plain ones a few comparisons, otherwise those of Unicode. */
export const rulesFor = (names: ReadonlyArray<string>): Effect.Effect<typeof plainRules> =>
  names.every(isPlain) ? Effect.succeed(plainRules) : rules

/** Fails if the rules find a fault in an input. */
const check = (input: string, find: (rules: Rules) => InvalidInput["issues"]): Effect.Effect<void, InvalidInput> =>
  Effect.flatMap(rules, (rules) => {
    const issues = find(rules)
    return issues.length === 0 ? Effect.void : Effect.fail(new InvalidInput({ input, issues }))
  })

/** Refuses the name of an agent that can pass for another. */
export const checkName = (input: string, path: string, name: string): Effect.Effect<void, InvalidInput> =>
  isPlain(name) ? Effect.void : check(input, ({ nameIssues }) => nameIssues([[path, name]]))

/** Refuses a request whose names can pass for others. */
export const checkRequest = (
  request: HandoffRequest,
  how: NameRules.Circumstances
): Effect.Effect<void, InvalidInput> => {
  const { briefing, deliverables, fromAgent, parent, requires = [], review, toAgent } = request
  // Fast path: most requests have only a few plain names.
  const names = [fromAgent, how.isRouted ? "" : toAgent, how.id ?? "", parent ?? "", ...requires]
  return (briefing ?? deliverables ?? review?.escalateTo) === undefined &&
    names.every((name) => name === "" || isPlain(name)) &&
    !plainRules.looksLike(fromAgent, toAgent)
    ? Effect.void
    : check("request", ({ requestIssues }) => requestIssues(request, how))
}

/** Refuses a registration whose names can pass for others. */
export const checkRegistration = (agent: RegisteredAgent, known?: RegisteredAgent): Effect.Effect<void, InvalidInput> =>
  [agent.agentId, ...agent.capabilities].every(isPlain)
    ? Effect.void
    : check("agent", ({ registrationIssues }) => registrationIssues(agent, known))

/** The first of these names that looks like a name but differs from it. */
export const alikeOf = <Name extends string>(
  name: string,
  others: ReadonlyArray<Name>
): Effect.Effect<Name | undefined> =>
  Effect.map(rulesFor([name, ...others]), ({ looksLike }) =>
    others.find((other) => other !== name && looksLike(other, name))
  )
