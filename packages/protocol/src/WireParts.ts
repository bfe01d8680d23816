/** The parts of a handoff that few have, between the names of the wire and ours. */
import * as DateTime from "effect/DateTime"

import type { Briefing, KeptReadBack, ReadBack } from "./Briefing.ts"
import type { HandBack, Hop } from "./Custody.ts"
import type { Artifact, Deliverable, Evidence } from "./Delivery.ts"
import type { RoutingDecision } from "./EventParts.ts"
import { parseMoment } from "./Moment.ts"
import type {
  WireArtifact,
  WireBriefing,
  WireDeliverable,
  WireEvidence,
  WireHandBack,
  WireKeptReadBack,
  WireReadBack,
  WireRouting,
  WireState
} from "./WireSchema.ts"

export const toMoment = (text: string): DateTime.Utc => DateTime.makeUnsafe(parseMoment(text))
export const fromMoment = DateTime.formatIso

/** What is there of these keys, without those that are absent or null. */
export const present = <Fields extends object>(fields: Fields) =>
  // The cast: what is null or undefined has been left out.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as {
    [Key in keyof Fields as null extends Fields[Key] ? never : undefined extends Fields[Key] ? never : Key]: Fields[Key]
  } & {
    [Key in keyof Fields as null extends Fields[Key] ? Key : undefined extends Fields[Key] ? Key : never]?: NonNullable<
      Fields[Key]
    >
  }

const maybeMoment = (text: string | null | undefined) => (text == null ? undefined : toMoment(text))

export const toBriefing = ({
  severity,
  summary,
  actions,
  situation,
  contingencies,
  read_back
}: WireBriefing): Briefing => ({
  severity,
  summary,
  ...present({
    actions: actions?.map(({ id, task, owner, due }) => ({ id, task, ...present({ owner, due: maybeMoment(due) }) })),
    situation: situation && present({ known: situation.known, decided: situation.decided, open: situation.open }),
    // Named one by one: what has passed a guard may still have keys that are none of ours.
    contingencies: contingencies?.map((one) => ({ id: one.id, if: one.if, then: one.then })),
    readBack: read_back && present({ required: read_back.required, confirm: read_back.confirm })
  })
})

const toReadBackItem = ({ id, answer, note }: NonNullable<WireReadBack["items"]>[number]) => ({
  id,
  answer,
  ...present({ note })
})
export const toReadBack = ({ summary, items }: WireReadBack): ReadBack => ({
  summary,
  ...present({ items: items?.map(toReadBackItem) })
})
export const toKeptReadBack = ({ summary, items, confirmed, correction }: WireKeptReadBack): KeptReadBack => ({
  summary,
  items: items.map(toReadBackItem),
  ...present({ confirmed: maybeMoment(confirmed), correction })
})

export const toDeliverable = ({ name, media_type: mediaType, schema, digest }: WireDeliverable): Deliverable => ({
  name,
  ...present({ mediaType, schema, digest })
})

export const toArtifact = (wire: WireArtifact): Artifact => {
  const named = { name: wire.name, ...present({ mediaType: wire.media_type }) }
  return "content" in wire
    ? { ...named, content: wire.content }
    : { ...named, uri: wire.uri, digest: wire.digest, size: wire.size }
}

export const toProof = ({ statement, of, uri, digest }: Pick<WireEvidence, "statement" | "of" | "uri" | "digest">) => ({
  statement,
  ...present({ of, uri, digest })
})
export const toEvidence = (wire: WireEvidence): Evidence => ({
  grade: wire.grade,
  ...toProof(wire),
  by: wire.by,
  at: toMoment(wire.at)
})

export const toHop = ({ receiver, attempt, at }: NonNullable<WireState["hops"]>[number]): Hop => ({
  receiver,
  attempt,
  at: toMoment(at)
})

export const toHandBack = ({ done, remaining, pitfalls, artifacts }: WireHandBack): HandBack =>
  present({ done, remaining, pitfalls, artifacts: artifacts?.map(toArtifact) })

export const toRouting = (wire: WireRouting): RoutingDecision => ({
  agent: wire.agent,
  reason: wire.reason,
  fallback: wire.fallback,
  matched: wire.matched,
  // Named one by one: what has passed a guard may still have keys that are none of ours.
  runnersUp: wire.runners_up.map(({ agent, matched }) => ({ agent, matched }))
})

export const fromBriefing = ({ actions, readBack, ...briefing }: Briefing): WireBriefing => ({
  ...briefing,
  ...(actions && {
    actions: actions.map(({ due, ...action }) => ({ ...action, ...(due && { due: fromMoment(due) }) }))
  }),
  ...(readBack && { read_back: readBack })
})

export const fromKeptReadBack = ({ confirmed, ...readBack }: KeptReadBack): WireKeptReadBack => ({
  ...readBack,
  ...(confirmed && { confirmed: fromMoment(confirmed) })
})

export const fromDeliverable = ({ mediaType, ...deliverable }: Deliverable): WireDeliverable => ({
  ...deliverable,
  ...(mediaType !== undefined && { media_type: mediaType })
})

export const fromArtifact = (artifact: Artifact): WireArtifact => {
  const { name, mediaType } = artifact
  const named = { name, ...(mediaType !== undefined && { media_type: mediaType }) }
  if ("content" in artifact) return { ...named, content: artifact.content }
  const { uri, digest, size } = artifact
  return { ...named, uri, digest, size }
}

export const fromEvidence = ({ at, ...evidence }: Evidence): WireEvidence => ({ ...evidence, at: fromMoment(at) })

export const fromHandBack = ({ artifacts, ...said }: HandBack): WireHandBack => ({
  ...said,
  ...(artifacts && { artifacts: artifacts.map(fromArtifact) })
})

export const fromRouting = ({ runnersUp, ...decision }: RoutingDecision): WireRouting => ({
  ...decision,
  runners_up: runnersUp
})
