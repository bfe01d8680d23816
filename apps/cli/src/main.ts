import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import packageJson from "../package.json" with { type: "json" }
import * as Environment from "./Environment.ts"
import * as Output from "./output/Output.ts"
import { exitCodeOf, program } from "./Program.ts"

// Whoever writes is told of the error; without a listener it would end the process before the store is closed.
process.stdout.on("error", () => {})

// A terminal that is closed ends a worker as SIGTERM does: the program that it runs has a group of its own, and would stay.
process.on("SIGHUP", () => process.emit("SIGTERM"))

// Put in by the bundler.
declare const AUMAI_HANDOFF_COMMIT: string | undefined

const commit = typeof AUMAI_HANDOFF_COMMIT === "string" ? AUMAI_HANDOFF_COMMIT : "source"
const { bun, node } = process.versions
const version = `${packageJson.version} (${commit}, ${bun === undefined ? `Node ${node}` : `Bun ${bun}`})`

program(version).pipe(
  Effect.provide(Layer.merge(Environment.layer, Output.layer)),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: (exit, done) => done(exitCodeOf(exit)) })
)
