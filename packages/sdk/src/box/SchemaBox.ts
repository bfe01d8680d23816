import { SchemaBox } from "@aumai/handoff-core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import type { Box } from "./Box.ts"

// Loaded when a schema is first judged: most programs have none.
const opened = () => import("./OpenBox.ts").then(({ openBox }) => openBox())

/**
 * Provides the box in which the JSON Schemas of deliverables are judged: a separate thread, with a limit of half a
 * second and, in Node, of memory. It starts with the first schema, never keeps a process alive, and ends with the layer.
 * `openHandoffs` and `handoffsOver` have it; a program that uses Effect provides it beside its store.
 *
 * @example
 * ```ts
 * import { HandoffManager } from "@aumai/handoff-core"
 * import { schemaBox, storeLayer } from "@aumai/handoff/node"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const deliverables = [{ name: "sums", schema: { type: "object" } }]
 * const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Add up Q3", deliverables }
 * const program = HandoffManager.use((manager) => manager.create(ask))
 * const layer = Layer.provideMerge(HandoffManager.layer, Layer.merge(storeLayer("memory:"), schemaBox))
 * console.log((await Effect.runPromise(Effect.provide(program, layer))).status) // pending
 * ```
 */
export const schemaBox: Layer.Layer<never> = Layer.effect(
  SchemaBox,
  Effect.suspend(() => {
    let box: Promise<Box> | undefined
    const judge = async (question: string) => (await (box ??= opened())).ask(question)
    return Effect.acquireRelease(Effect.succeed({ judge }), () => Effect.promise(async () => (await box)?.close()))
  })
)
