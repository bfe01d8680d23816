/** Checks the names that a call brings, and finds names that look alike. Names that the store already has are not judged. */
import { InvalidInput } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import type * as NameRules from "./NameRules.ts"

type Rules = Pick<typeof NameRules, keyof typeof NameRules>

// Printable ASCII with single blanks inside: no rule forbids such a name, unless it may be a word of the engine. Most
// names are like that, and the check takes some 50 nanoseconds.
const plain = /^(?!c..ck$|f.re.gn$|any.ne$|unr.uted$)[!-~]+(?: [!-~]+)*$/i

/** Checks whether a name needs none of the rules for other scripts. */
export const isPlain = (name: string): boolean => plain.test(name)

// The skeleton of a plain name. Agrees with `skeleton`, which also folds other scripts.
const plainSkeleton = (name: string): string =>
  name.toLowerCase().replaceAll(/[1i|]/g, "l").replaceAll("0", "o").replaceAll(" ", "")

const plainRules: Rules = {
  labelFault: () => undefined,
  nameFault: () => undefined,
  looksLike: (a, b) => plainSkeleton(a) === plainSkeleton(b)
}

const rules = Effect.promise(() => import("./NameRules.ts"))

/** The rules for these names: for plain ones a few comparisons, otherwise those of Unicode. */
export const rulesFor = (names: ReadonlyArray<string>): Effect.Effect<Rules> =>
  names.every(isPlain) ? Effect.succeed(plainRules) : rules

/** A name in an input, with its path on the wire. `id` is the id of a handoff, `label` any other word. */
export type Naming = readonly [path: string, name: string, of?: "agent" | "id" | "label"]

/** Refuses names that can pass for others. */
export const checkNames = (input: string, names: ReadonlyArray<Naming>): Effect.Effect<void, InvalidInput> =>
  names.every(([, name]) => isPlain(name))
    ? Effect.void
    : Effect.flatMap(rules, ({ labelFault, nameFault }) => {
        const issues = names.flatMap(([path, name, of]) => {
          const expected = of === "label" ? labelFault(name) : nameFault(name, of)
          return expected === undefined ? [] : [{ path, expected }]
        })
        return issues.length === 0 ? Effect.void : Effect.fail(new InvalidInput({ input, issues }))
      })

/** The first of these names that looks like a name but differs from it. */
export const alikeOf = <Name extends string>(
  name: string,
  others: ReadonlyArray<Name>
): Effect.Effect<Name | undefined> =>
  Effect.map(rulesFor([name, ...others]), ({ looksLike }) =>
    others.find((other) => other !== name && looksLike(other, name))
  )
