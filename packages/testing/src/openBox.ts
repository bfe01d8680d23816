/** A box for tests, which judges JSON Schemas in the thread of the test. */
import { SchemaBox } from "@aumai/handoff-core"
import { judge } from "@aumai/handoff-core/SchemaJudge"
import * as Layer from "effect/Layer"

export const openBox: Layer.Layer<never> = Layer.succeed(SchemaBox, {
  judge: async (question) => judge(question)
})
