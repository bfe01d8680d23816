import { readFileSync } from "node:fs"

import { AgentCapabilityRegistry, HandoffManager, HandoffRouter, MemoryStore } from "@aumai/handoff-core"
import { type TransitionVerb, transitionVerbs, type Verb, type VerbName, verbs } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "vitest"

import { cli } from "../../apps/cli/src/Cli.ts"
import { verbs as boardVerbs } from "../../apps/web/src/moves/Verbs.ts"
import { handoffsOver } from "../../packages/sdk/src/index.ts"

/** A door that leaves out a verb or calls it by another name says so here, with the reason. */
type Exceptions = { readonly [Name in VerbName]?: { readonly as?: string; readonly leftOut?: string } }

// The cast restores the keys, which Object.keys widens to string.
const names = Object.keys(verbs) as ReadonlyArray<VerbName>

/** The verbs that a door has no place for. */
const missing = (door: ReadonlySet<string>, exceptions: Exceptions): ReadonlyArray<string> =>
  names.filter((name) => {
    const { as = name, leftOut } = exceptions[name] ?? {}
    return leftOut === undefined && !door.has(as)
  })

/** The needless exceptions: the door has the verb under its own name. */
const needless = (door: ReadonlySet<string>, exceptions: Exceptions): ReadonlyArray<string> =>
  Object.keys(exceptions).filter((name) => door.has(name))

const check = (door: ReadonlySet<string>, exceptions: Exceptions) => {
  expect(missing(door, exceptions)).toEqual([])
  expect(needless(door, exceptions)).toEqual([])
}

const engine = Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer, HandoffRouter.layer).pipe(
  Layer.provide(MemoryStore.layer)
)

describe("every verb of the list has a place at", () => {
  it("the engine", async () => {
    const keys = Effect.map(
      Effect.all([HandoffManager, AgentCapabilityRegistry, HandoffRouter]),
      (services) => new Set(services.flatMap(Object.keys))
    )
    check(await Effect.runPromise(Effect.provide(keys, engine)), {
      verify: { leftOut: "a module of its own, @aumai/handoff-core/Verification, because signatures take a library" },
      checkpoint: { leftOut: "part of the same module" },
      archive: { leftOut: "a module of its own, @aumai/handoff-core/Retention, which few programs load" },
      purge: { leftOut: "part of the same module" }
    })
  })

  it("the SDK", async () => {
    const handoffs = await handoffsOver(MemoryStore.layer)
    const door = new Set([...Object.keys(handoffs), ...Object.keys(handoffs.agents)])
    await handoffs.close()
    check(door, {})
  })

  it("the command", () => {
    const door = new Set(cli.subcommands.flatMap(({ commands }) => commands.map(({ name }) => name)))
    check(door, {
      get: { as: "status" },
      find: { as: "status" },
      changes: { as: "watch" },
      metrics: { as: "stats" },
      register: { as: "agents" },
      unregister: { as: "agents" },
      revoke: { as: "agents" },
      seen: { leftOut: "`work` sends the heartbeat of its agent" }
    })
  })

  it("the board, for what one agent does to one handoff", () => {
    const events = new Set(Object.keys(boardVerbs))
    const transitions: ReadonlyArray<TransitionVerb> = Object.values(transitionVerbs)
    expect(transitions.filter(({ event }) => !events.has(event)).map(({ name }) => name)).toEqual([])
    expect(events.has(verbs.delegate.event)).toBe(true)
    expect(events.has(verbs.reopen.event)).toBe(true)
  })
})

describe.each([
  ["the engine", "core/src/engine/HandoffManager.ts"],
  ["the SDK", "sdk/src/types/Handoffs.ts"]
])("%s describes its methods", (_, path) => {
  const source = readFileSync(new URL(`../../packages/${path}`, import.meta.url), "utf8")
  // The cast restores the type of the rows, which Object.values widens.
  it.each(Object.values(verbs) as ReadonlyArray<Verb>)("as the list of verbs does: $name", ({ name, summary }) => {
    const found = new RegExp(String.raw`/\*\*((?:[^*]|\*(?!/))*)\*/\s+(?:readonly )?${name}(?::|\()`).exec(source)
    const text = found?.[1]?.replaceAll(/\s*\n\s*\*\s*/g, " ").trim()
    // A method of the registry, or of a separate module.
    if (text === undefined || name === "agents") return
    expect(text.slice(0, summary.length)).toBe(summary)
  })
})
