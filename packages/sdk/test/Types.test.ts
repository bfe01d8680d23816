import { readFileSync } from "node:fs"
import { join } from "node:path"

import type * as Core from "@aumai/handoff-core"
import type * as Protocol from "@aumai/handoff-protocol"
import { describe, expect, expectTypeOf, it } from "vitest"

import type {
  Accepted,
  AgentKey,
  Answer,
  ArchivedHandoff,
  Cancelled,
  Clock,
  Completed,
  Entry,
  Failed,
  HandBack,
  HandoffEvent,
  HandoffNotFound,
  HandoffRecord,
  HandoffRequest,
  HandoffResponse,
  Handoffs,
  HandoffStatus,
  ImportReport,
  InProgress,
  InputRequired,
  JsonObject,
  Lease,
  Metrics,
  Pending,
  Progress,
  RegisteredAgent,
  Rejected,
  RoutingDecision,
  Whereabouts
} from "../src/index.ts"
import type { Plain } from "../src/Plain.ts"

// The compiler judges nearly all of this; there is little to run.
describe("the types written out for a reader", () => {
  it("are the protocol's, with a Date for a moment and a string for an id", () => {
    expectTypeOf<HandoffRequest>().toEqualTypeOf<Plain<Protocol.HandoffRequest>>()
    expectTypeOf<HandoffResponse>().toEqualTypeOf<Plain<Protocol.HandoffResponse>>()
    expectTypeOf<HandoffRecord>().toEqualTypeOf<Plain<Protocol.HandoffRecord>>()
    expectTypeOf<HandoffStatus>().toEqualTypeOf<Protocol.HandoffStatus>()
    expectTypeOf<HandoffEvent>().toEqualTypeOf<Plain<Protocol.HandoffEvent>>()
    expectTypeOf<Lease>().toEqualTypeOf<Plain<Protocol.Lease>>()
    expectTypeOf<Progress>().toEqualTypeOf<Plain<Protocol.Progress>>()
    expectTypeOf<HandBack>().toEqualTypeOf<Plain<Protocol.HandBack>>()
    expectTypeOf<Answer>().toEqualTypeOf<Plain<Protocol.Answer>>()
    expectTypeOf<Clock>().toEqualTypeOf<Protocol.Clock>()
    expectTypeOf<Whereabouts>().toEqualTypeOf<Plain<Protocol.Whereabouts>>()
    expectTypeOf<RoutingDecision>().toEqualTypeOf<Plain<Protocol.RoutingDecision>>()
    expectTypeOf<ArchivedHandoff>().toEqualTypeOf<Plain<Protocol.ArchivedHandoff>>()
    expectTypeOf<Entry>().toEqualTypeOf<Plain<Core.Entry>>()
    expectTypeOf<AgentKey>().toEqualTypeOf<Plain<Core.AgentKey>>()
    expectTypeOf<RegisteredAgent>().toEqualTypeOf<Plain<Core.RegisteredAgent>>()
    expectTypeOf<ImportReport>().toEqualTypeOf<Plain<Core.ImportReport>>()
    expectTypeOf<Metrics>().toEqualTypeOf<Plain<Core.Metrics>>()
  })

  it("differ where the protocol's would, so that the line above can fail", () => {
    type Other = Omit<HandoffRequest, "deadline"> & { readonly deadline: Date }
    expectTypeOf<Other>().not.toEqualTypeOf<Plain<Protocol.HandoffRequest>>()
    expectTypeOf<string>().not.toEqualTypeOf<Protocol.AgentId>()
  })
})

describe("the client", () => {
  it("gives the state that its verb leads to", () => {
    expectTypeOf<Handoffs["create"]>().returns.resolves.toEqualTypeOf<HandoffRecord>()
    expectTypeOf<Handoffs["accept"]>().returns.resolves.toEqualTypeOf<Accepted>()
    expectTypeOf<Handoffs["start"]>().returns.resolves.toEqualTypeOf<InProgress>()
    expectTypeOf<Handoffs["progress"]>().returns.resolves.toEqualTypeOf<Accepted | InProgress>()
    expectTypeOf<Handoffs["ask"]>().returns.resolves.toEqualTypeOf<InputRequired>()
    expectTypeOf<Handoffs["answer"]>().returns.resolves.toEqualTypeOf<InProgress>()
    expectTypeOf<Handoffs["release"]>().returns.resolves.toEqualTypeOf<Pending>()
    expectTypeOf<Handoffs["where"]>().returns.resolves.toEqualTypeOf<Whereabouts>()
    expectTypeOf<Handoffs["complete"]>().returns.resolves.toEqualTypeOf<Completed>()
    expectTypeOf<Handoffs["reject"]>().returns.resolves.toEqualTypeOf<Rejected>()
    expectTypeOf<Handoffs["fail"]>().returns.resolves.toEqualTypeOf<Failed>()
    expectTypeOf<Handoffs["cancel"]>().returns.resolves.toEqualTypeOf<Cancelled>()
    expectTypeOf<Handoffs["claim"]>().returns.resolves.toEqualTypeOf<Accepted | undefined>()
    expectTypeOf<Handoffs["route"]>().returns.resolves.toEqualTypeOf<RoutingDecision | undefined>()
    expectTypeOf<Handoffs["changes"]>().returns.toEqualTypeOf<AsyncIterable<Entry>>()
    expectTypeOf<Handoffs["listAll"]>().returns.toEqualTypeOf<AsyncIterable<HandoffRecord>>()
    expectTypeOf<Handoffs["export"]>().returns.toEqualTypeOf<AsyncIterable<ArchivedHandoff>>()
    expectTypeOf<Handoffs["import"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<ImportReport>>()
    expectTypeOf<Handoffs["metrics"]>().returns.resolves.toEqualTypeOf<Metrics>()
    expectTypeOf<Handoffs["list"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<HandoffRecord>>()
    expectTypeOf<Handoffs["inbox"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<HandoffRecord>>()
    expectTypeOf<Handoffs["history"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<Entry>>()
    expectTypeOf<Handoffs["sweep"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<HandoffRecord>>()
  })

  it("has a method for every verb of the manager", () => {
    expectTypeOf<Exclude<keyof Core.HandoffManager["Service"], keyof Handoffs>>().toBeNever()
    expectTypeOf<Exclude<keyof Handoffs, keyof Core.HandoffManager["Service"]>>().toEqualTypeOf<
      "agents" | "route" | "work" | "close" | typeof Symbol.asyncDispose
    >()
  })

  it("gives records and events that narrow", () => {
    const narrow = (handoff: HandoffRecord, event: HandoffEvent) => {
      if (handoff.status === "completed") expectTypeOf(handoff.result).toEqualTypeOf<JsonObject>()
      if (handoff.status === "pending") expectTypeOf(handoff).not.toHaveProperty("response")
      if (event._tag === "Created") expectTypeOf(event.request).toEqualTypeOf<HandoffRequest>()
      if (event._tag === "Started") expectTypeOf(event).not.toHaveProperty("result")
    }
    expectTypeOf(narrow).toBeFunction()
  })

  it("takes no any and asks for what a verb needs", () => {
    expectTypeOf<Handoffs["create"]>().parameter(0).not.toBeAny()
    expectTypeOf<Handoffs["accept"]>().parameter(0).toEqualTypeOf<string>()
    expectTypeOf<Handoffs["reject"]>().parameter(1).not.toExtend<undefined>()
    const wrong = (handoffs: Handoffs) => {
      // @ts-expect-error A rejection has a reason.
      void handoffs.reject("q3")
      // @ts-expect-error A question has words.
      void handoffs.ask("q3")
      // @ts-expect-error A lease is in milliseconds.
      void handoffs.claim("executor", { lease: "10m" })
      // @ts-expect-error A result is JSON.
      void handoffs.complete("q3", { result: { at: new Date() } })
      // @ts-expect-error There is no such status.
      void handoffs.list({ _tag: "Status", status: "done" })
    }
    expectTypeOf(wrong).toBeFunction()
  })

  it("rejects with classes that say what they are", () => {
    expectTypeOf<HandoffNotFound["_tag"]>().toEqualTypeOf<"HandoffNotFound">()
    expectTypeOf<HandoffNotFound>().toExtend<Error>()
  })
})

describe("what a reader sees of the client", () => {
  it.each(["Handoffs", "HandoffRecord", "HandoffEvent", "WorkHandler"])("has nothing of Effect in %s", (name) => {
    const source = readFileSync(join(import.meta.dirname, `../src/${name}.ts`), "utf8").replaceAll(
      /\/\*\*.*?\*\//gs,
      ""
    )
    const imported = [...source.matchAll(/from "([^"]*)"/g)].map(([, from]) => from)
    expect(imported.filter((from) => !/^\.\/(?:HandoffRecord|HandoffEvent|WorkHandler)\.ts$/.test(from ?? ""))).toEqual(
      []
    )
  })
})
