import { readFileSync } from "node:fs"
import { join } from "node:path"

import type * as Core from "@aumai/handoff-core"
import type { KeyPair as CoreKeyPair } from "@aumai/handoff-core/Signing"
import type { Note, Verified as CoreVerified } from "@aumai/handoff-core/Verification"
import type * as Protocol from "@aumai/handoff-protocol"
import { describe, expect, expectTypeOf, it } from "vitest"

import type { Plain } from "../src/client/Plain.ts"
import type {
  Accepted,
  AgentKey,
  Answer,
  ArchivedHandoff,
  Artifact,
  Briefing,
  Cancelled,
  Chain,
  Checkpoint,
  Clock,
  Completed,
  Coverage,
  Deliverable,
  Delivered,
  Entry,
  Evidence,
  Failed,
  FailureCode,
  Flaw,
  HandBack,
  HandoffEvent,
  HandoffNotFound,
  HandoffRecord,
  HandoffRequest,
  HandoffResponse,
  Handoffs,
  HandoffStatus,
  Hop,
  ImportReport,
  InProgress,
  InputRequired,
  JsonObject,
  KeptReadBack,
  KeyPair,
  Lease,
  Metrics,
  OwnEvidence,
  Pending,
  Progress,
  ReadBack,
  ReadBackItem,
  RegisteredAgent,
  Rejected,
  RerouteCause,
  RoutingDecision,
  Severity,
  Verification,
  Verified,
  Waiting,
  Whereabouts
} from "../src/index.ts"

// The compiler checks most of this file.
describe("the printed types", () => {
  it("are the protocol's, with Date for times and string for ids", () => {
    expectTypeOf<HandoffRequest>().toEqualTypeOf<Plain<Protocol.HandoffRequest>>()
    expectTypeOf<HandoffResponse>().toEqualTypeOf<Plain<Protocol.HandoffResponse>>()
    expectTypeOf<HandoffRecord>().toEqualTypeOf<Plain<Protocol.HandoffRecord>>()
    expectTypeOf<HandoffStatus>().toEqualTypeOf<Protocol.HandoffStatus>()
    expectTypeOf<HandoffEvent>().toEqualTypeOf<Plain<Protocol.HandoffEvent>>()
    expectTypeOf<Briefing>().toEqualTypeOf<Plain<Protocol.Briefing>>()
    expectTypeOf<Severity>().toEqualTypeOf<Protocol.Severity>()
    expectTypeOf<ReadBack>().toEqualTypeOf<Plain<Protocol.ReadBack>>()
    expectTypeOf<ReadBackItem>().toEqualTypeOf<Plain<Protocol.ReadBackItem>>()
    expectTypeOf<KeptReadBack>().toEqualTypeOf<Plain<Protocol.KeptReadBack>>()
    expectTypeOf<Coverage>().toEqualTypeOf<Protocol.Coverage>()
    expectTypeOf<Deliverable>().toEqualTypeOf<Plain<Protocol.Deliverable>>()
    expectTypeOf<Artifact>().toEqualTypeOf<Plain<Protocol.Artifact>>()
    expectTypeOf<OwnEvidence>().toEqualTypeOf<Plain<Protocol.OwnEvidence>>()
    expectTypeOf<Evidence>().toEqualTypeOf<Plain<Protocol.Evidence>>()
    expectTypeOf<Hop>().toEqualTypeOf<Plain<Protocol.Hop>>()
    expectTypeOf<RerouteCause>().toEqualTypeOf<Protocol.RerouteCause>()
    expectTypeOf<FailureCode>().toEqualTypeOf<Protocol.FailureCode>()
    expectTypeOf<Flaw>().toEqualTypeOf<Protocol.Flaw>()
    expectTypeOf<Verified>().toEqualTypeOf<Plain<CoreVerified>>()
    expectTypeOf<Checkpoint>().toEqualTypeOf<Plain<Note.SignedCheckpoint>>()
    expectTypeOf<KeyPair>().toEqualTypeOf<Plain<CoreKeyPair>>()
    expectTypeOf<Lease>().toEqualTypeOf<Plain<Protocol.Lease>>()
    expectTypeOf<Progress>().toEqualTypeOf<Plain<Protocol.Progress>>()
    expectTypeOf<HandBack>().toEqualTypeOf<Plain<Protocol.HandBack>>()
    expectTypeOf<Answer>().toEqualTypeOf<Plain<Protocol.Answer>>()
    expectTypeOf<Clock>().toEqualTypeOf<Protocol.Clock>()
    expectTypeOf<Whereabouts>().toEqualTypeOf<Plain<Protocol.Whereabouts>>()
    expectTypeOf<RoutingDecision>().toEqualTypeOf<Plain<Protocol.RoutingDecision>>()
    expectTypeOf<Chain>().toEqualTypeOf<Plain<Core.Chain>>()
    expectTypeOf<Entry>().toEqualTypeOf<Plain<Core.Entry>>()
    expectTypeOf<AgentKey>().toEqualTypeOf<Plain<Core.AgentKey>>()
    expectTypeOf<RegisteredAgent>().toEqualTypeOf<Plain<Core.RegisteredAgent>>()
    expectTypeOf<ImportReport>().toEqualTypeOf<Plain<Core.ImportReport>>()
    expectTypeOf<Metrics>().toEqualTypeOf<Plain<Core.Metrics>>()
  })

  it("differ from a changed protocol type, so that the test above can fail", () => {
    type Other = Omit<HandoffRequest, "deadline"> & { readonly deadline: Date }
    expectTypeOf<Other>().not.toEqualTypeOf<Plain<Protocol.HandoffRequest>>()
    expectTypeOf<string>().not.toEqualTypeOf<Protocol.AgentId>()
  })
})

describe("the client", () => {
  it("returns the state that the verb leads to", () => {
    expectTypeOf<Handoffs["create"]>().returns.resolves.toEqualTypeOf<HandoffRecord>()
    expectTypeOf<Handoffs["accept"]>().returns.resolves.toEqualTypeOf<Accepted>()
    expectTypeOf<Handoffs["start"]>().returns.resolves.toEqualTypeOf<InProgress>()
    expectTypeOf<Handoffs["progress"]>().returns.resolves.toEqualTypeOf<Accepted | InProgress>()
    expectTypeOf<Handoffs["ask"]>().returns.resolves.toEqualTypeOf<InputRequired>()
    expectTypeOf<Handoffs["answer"]>().returns.resolves.toEqualTypeOf<InProgress | Pending>()
    expectTypeOf<Handoffs["release"]>().returns.resolves.toEqualTypeOf<Pending | InputRequired>()
    expectTypeOf<Handoffs["where"]>().returns.resolves.toEqualTypeOf<Whereabouts>()
    expectTypeOf<Handoffs["complete"]>().returns.resolves.toEqualTypeOf<Completed | Delivered>()
    expectTypeOf<Handoffs["approve"]>().returns.resolves.toEqualTypeOf<Completed>()
    expectTypeOf<Handoffs["return"]>().returns.resolves.toEqualTypeOf<InProgress>()
    expectTypeOf<Handoffs["reject"]>().returns.resolves.toEqualTypeOf<Rejected | Pending>()
    expectTypeOf<Handoffs["fail"]>().returns.resolves.toEqualTypeOf<Failed>()
    expectTypeOf<Handoffs["delegate"]>().returns.resolves.toEqualTypeOf<HandoffRecord>()
    expectTypeOf<Handoffs["restate"]>().returns.resolves.toEqualTypeOf<Accepted>()
    expectTypeOf<Handoffs["confirm"]>().returns.resolves.toEqualTypeOf<Accepted>()
    expectTypeOf<Handoffs["forward"]>().returns.resolves.toEqualTypeOf<Pending>()
    expectTypeOf<Handoffs["attest"]>().returns.resolves.toEqualTypeOf<
      Accepted | InProgress | InputRequired | Delivered
    >()
    expectTypeOf<Handoffs["find"]>().returns.resolves.toEqualTypeOf<HandoffRecord>()
    expectTypeOf<Handoffs["chain"]>().returns.resolves.toEqualTypeOf<Chain>()
    expectTypeOf<Handoffs["cancel"]>().returns.resolves.toEqualTypeOf<Cancelled>()
    expectTypeOf<Handoffs["claim"]>().returns.resolves.toEqualTypeOf<Accepted | undefined>()
    expectTypeOf<Handoffs["route"]>().returns.resolves.toEqualTypeOf<RoutingDecision | undefined>()
    expectTypeOf<Handoffs["changes"]>().returns.toEqualTypeOf<AsyncIterable<Entry>>()
    expectTypeOf<Handoffs["listAll"]>().returns.toEqualTypeOf<AsyncIterable<HandoffRecord>>()
    expectTypeOf<ReturnType<Handoffs["export"]>>().toEqualTypeOf<AsyncIterable<ArchivedHandoff>>()
    expectTypeOf<Handoffs["import"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<ImportReport>>()
    expectTypeOf<Handoffs["metrics"]>().returns.resolves.toEqualTypeOf<Metrics>()
    expectTypeOf<Handoffs["list"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<HandoffRecord>>()
    expectTypeOf<Handoffs["inbox"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<Waiting>>()
    expectTypeOf<Handoffs["history"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<Entry>>()
    expectTypeOf<Handoffs["sweep"]>().returns.resolves.toEqualTypeOf<ReadonlyArray<HandoffRecord>>()
  })

  it("has a method for every verb of the manager", () => {
    expectTypeOf<Exclude<keyof Core.HandoffManager["Service"], keyof Handoffs>>().toBeNever()
    expectTypeOf<Exclude<keyof Handoffs, keyof Core.HandoffManager["Service"]>>().toEqualTypeOf<
      | "agents"
      | "route"
      | "archive"
      | "purge"
      | "verify"
      | "checkpoint"
      | "work"
      | "on"
      | "close"
      | typeof Symbol.asyncDispose
    >()
  })

  it("takes the arguments that the list of verbs names", () => {
    type Own<Options> = Exclude<keyof NonNullable<Options>, "by" | "attempt" | "signal">
    type Taken = { readonly [Name in Protocol.TransitionVerbName]: Own<Parameters<Handoffs[Name]>[1]> }
    type Listed = { readonly [Name in Protocol.TransitionVerbName]: keyof Protocol.Verbs[Name]["input"]["Type"] }
    expectTypeOf<Taken>().toEqualTypeOf<Listed>()
  })

  it("verifies one handoff with an id, and all without", () => {
    const verify = (handoffs: Handoffs) => ({ one: handoffs.verify("q3"), all: handoffs.verify() })
    expectTypeOf(verify).returns.toEqualTypeOf<{ one: Promise<Verified>; all: Promise<Verification> }>()
  })

  it("returns records and events that can be narrowed", () => {
    const narrow = (handoff: HandoffRecord, event: HandoffEvent) => {
      if (handoff.status === "completed") expectTypeOf(handoff.result).toEqualTypeOf<JsonObject>()
      if (handoff.status === "pending") expectTypeOf(handoff).not.toHaveProperty("response")
      if (event._tag === "Created") expectTypeOf(event.request).toEqualTypeOf<HandoffRequest>()
      if (event._tag === "Started") expectTypeOf(event).not.toHaveProperty("result")
    }
    expectTypeOf(narrow).toBeFunction()
  })

  it("requires the arguments of a verb, and uses no any", () => {
    expectTypeOf<Handoffs["create"]>().parameter(0).not.toBeAny()
    expectTypeOf<Handoffs["accept"]>().parameter(0).toEqualTypeOf<string>()
    expectTypeOf<Handoffs["reject"]>().parameter(1).not.toExtend<undefined>()
    const wrong = (handoffs: Handoffs) => {
      // @ts-expect-error A rejection has a reason.
      void handoffs.reject("q3")
      // @ts-expect-error A question has a text.
      void handoffs.ask("q3")
      // @ts-expect-error A lease is in milliseconds.
      void handoffs.claim("executor", { lease: "10m" })
      // @ts-expect-error A result is JSON.
      void handoffs.complete("q3", { result: { at: new Date() } })
      // @ts-expect-error A witness has a name.
      void handoffs.attest("q3", { statement: "It compiles" })
      // @ts-expect-error A reference has a digest.
      void handoffs.complete("q3", { artifacts: [{ name: "report", uri: "s3://bucket/report.pdf" }] })
      // @ts-expect-error Evidence of the receiver cannot be verified.
      void handoffs.complete("q3", { evidence: [{ grade: "verified", statement: "It compiles" }] })
      // @ts-expect-error There is no such status.
      void handoffs.list({ _tag: "Status", status: "done" })
    }
    expectTypeOf(wrong).toBeFunction()
  })

  it("rejects with error classes", () => {
    expectTypeOf<HandoffNotFound["_tag"]>().toEqualTypeOf<"HandoffNotFound">()
    expectTypeOf<HandoffNotFound>().toExtend<Error>()
  })
})

describe("the declarations of the client", () => {
  const files = [
    "Agents",
    "Briefing",
    "Custody",
    "Delivery",
    "HandoffEvent",
    "HandoffRecord",
    "Handoffs",
    "Json",
    "Options",
    "Payloads",
    "Reports",
    "Retention",
    "Verification",
    "Consumer",
    "WorkHandler"
  ]
  it.each(files)("do not mention Effect in %s", (name) => {
    const source = readFileSync(join(import.meta.dirname, `../src/types/${name}.ts`), "utf8").replaceAll(
      /\/\*\*.*?\*\//gs,
      ""
    )
    const imported = [...source.matchAll(/from "([^"]*)"/g)].map(([, from]) => from)
    // A router is a layer of Effect. Programs without Effect only pass one on.
    expect(imported.filter((from) => ![...files, "Router"].some((file) => from === `./${file}.ts`))).toEqual([])
  })
})
