/** The files of plain types: the types of each file, the fields they share, and the examples. */
import * as Protocol from "@aumai/handoff-protocol"
import * as Schema from "effect/Schema"

import { copied } from "./interfaces.ts"
import { type Options, payloads } from "./payloads.ts"

/** An interface of the fields that several types share. */
interface Base {
  readonly name: string
  readonly doc: string
  readonly of: ReadonlyArray<Schema.Top>
}

/** One printed file. A type that is not exported is part of a union that is. */
export interface Module {
  readonly types: Readonly<Record<string, Schema.Top>>
  readonly hidden?: Readonly<Record<string, Schema.Top>>
  /** The names of interfaces that the engine declares without a schema. */
  readonly copied?: ReadonlyArray<string>
  /** Interfaces of options, each of which extends another one. */
  readonly options?: ReadonlyArray<Options>
  /** From the widest to the narrowest. */
  readonly bases?: ReadonlyArray<Base>
}

const {
  Accepted,
  Answer,
  Artifact,
  Awaits,
  Briefing,
  Cancelled,
  Clock,
  Completed,
  Deliverable,
  Delivered,
  EndingClock,
  Evidence,
  Expired,
  Failed,
  FailureCode,
  HandBack,
  HandoffEvent,
  HandoffRecord,
  HandoffRequest,
  HandoffResponse,
  HandoffStatus,
  Hop,
  InProgress,
  InputRequired,
  KeptReadBack,
  Lease,
  OwnEvidence,
  Pending,
  Progress,
  ReadBack,
  ReadBackItem,
  Rejected,
  RerouteCause,
  Review,
  Rework,
  RoutingDecision,
  Severity
} = Protocol

const events = HandoffEvent.members.map((event) => [`${event.fields._tag.schema.literal}Event`, event] as const)
const moves = events.map(([, event]) => event).filter(({ fields }) => "attempt" in fields)

export const modules: Readonly<Record<string, Module>> = {
  Briefing: { types: { Severity, Briefing, ReadBackItem, ReadBack, KeptReadBack } },
  Delivery: {
    bases: [{ name: "Proof", doc: "The fields of every piece of evidence.", of: [OwnEvidence, Evidence] }],
    types: { Deliverable, Artifact, OwnEvidence, Evidence }
  },
  Custody: { types: { Lease, Progress, HandBack, Answer, Clock, EndingClock, Hop, RerouteCause, Review, Rework } },
  HandoffRecord: {
    bases: [
      { name: "Common", doc: "The fields of every handoff.", of: HandoffRecord.members },
      {
        name: "Open",
        doc: "The fields of every open handoff.",
        of: [Pending, Accepted, InProgress, InputRequired, Delivered]
      },
      {
        name: "Held",
        doc: "The fields of every handoff that its receiver holds.",
        of: [Accepted, InProgress, InputRequired]
      }
    ],
    types: {
      HandoffStatus,
      Awaits,
      HandoffRequest,
      HandoffResponse,
      FailureCode,
      Pending,
      Accepted,
      InProgress,
      InputRequired,
      Delivered,
      Completed,
      Rejected,
      Failed,
      Cancelled,
      Expired,
      HandoffRecord
    }
  },
  HandoffEvent: {
    bases: [
      { name: "Fact", doc: "The fields of every event.", of: HandoffEvent.members },
      { name: "Move", doc: "The fields of every event except the first one.", of: moves }
    ],
    types: { RoutingDecision, HandoffEvent, Transition: Schema.Union(moves) },
    hidden: Object.fromEntries(events)
  },
  Payloads: { types: {}, options: payloads },
  Reports: { types: {}, copied }
}

/** The examples of types. */
export const examples: Readonly<Record<string, string>> = {
  Briefing: `import { type Briefing, coverageOf } from "@aumai/handoff"

const briefing: Briefing = {
  severity: "watcher",
  summary: "The ledger of Q3 is complete but for two invoices.",
  actions: [{ id: "invoices", task: "Ask for the two invoices" }],
  situation: { known: ["Both are from the same supplier"], open: ["Were they paid?"] },
  contingencies: [{ id: "late", if: "they do not come by Friday", then: "report without them" }],
  readBack: { confirm: true }
}
console.log(coverageOf(briefing, undefined).missing) // ["invoices", "late"]`
}
