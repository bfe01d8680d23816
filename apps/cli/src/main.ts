import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import packageJson from "../package.json" with { type: "json" }
import * as Environment from "./Environment.ts"
import * as Output from "./output/Output.ts"
import { exitCodeOf, program } from "./Program.ts"
import * as Signals from "./Signals.ts"

// Each write reports its own error; without a listener an error would end the process before the store is closed.
process.stdout.on("error", () => {})

const signalled = Signals.listen()

// Defined by the bundler.
declare const AUMAI_HANDOFF_COMMIT: string | undefined

const commit = typeof AUMAI_HANDOFF_COMMIT === "string" ? AUMAI_HANDOFF_COMMIT : "source"
const { bun, node } = process.versions
const version = `${packageJson.version} (${commit}, ${bun === undefined ? `Node ${node}` : `Bun ${bun}`})`

program(version).pipe(
  Effect.provide(Layer.merge(Environment.layer, Output.layer)),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: (exit, done) => done(exitCodeOf(exit, signalled())) })
)
