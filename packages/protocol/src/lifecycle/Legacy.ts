/** The hand-back that a handoff leaves to the one that reopens it. */
import type { HandBack } from "../model/Attempt.ts"
import type { Artifact } from "../model/Delivery.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import { isBounded } from "../values/Json.ts"
import { limits } from "../values/Limits.ts"

// Characters of a reason in a hand-back: enough to find the cause, and within the limit of a text in any script.
const reasonLength = 4000

/** The lists of a hand-back while they grow. */
interface Legacy {
  readonly done: Set<string>
  remaining: Set<string>
  readonly pitfalls: Set<string>
  readonly artifacts: Map<string, Artifact>
}

const takeArtifacts = ({ artifacts }: Legacy, made: ReadonlyArray<Artifact> = []) => {
  for (const artifact of made) {
    // The latest one of each name, at its own place in the order.
    artifacts.delete(artifact.name)
    artifacts.set(artifact.name, artifact)
  }
}

const takeHandBack = (legacy: Legacy, handBack: HandBack | undefined) => {
  if (handBack === undefined) return
  for (const point of handBack.done ?? []) legacy.done.add(point)
  // A later attempt knows better what remains.
  if (handBack.remaining !== undefined) legacy.remaining = new Set(handBack.remaining)
  for (const point of handBack.pitfalls ?? []) legacy.pitfalls.add(point)
  takeArtifacts(legacy, handBack.artifacts)
}

const takeReason = ({ pitfalls }: Legacy, by: string, reason: string | undefined) => {
  if (reason === undefined || reason === "") return
  // Half of a surrogate pair is not text.
  pitfalls.add(`${by}: ${reason.slice(0, reasonLength).replace(/[\uD800-\uDBFF]$/, "")}`)
}

const takeEvent = (legacy: Legacy, event: HandoffEvent) => {
  switch (event._tag) {
    case "Created":
      return takeHandBack(legacy, event.handBack)
    case "Imported": {
      const { record } = event
      if ("handBack" in record) takeHandBack(legacy, record.handBack)
      if ("artifacts" in record) takeArtifacts(legacy, record.artifacts)
      return undefined
    }
    case "Released":
    case "Forwarded":
      takeHandBack(legacy, event.handBack)
      return takeReason(legacy, event.by, event.reason)
    case "Rejected":
    case "Failed":
      return takeReason(legacy, event.by, event.reason)
    case "Delivered":
      return takeArtifacts(legacy, event.artifacts)
    case "Returned":
      legacy.remaining.add(event.missing)
      return undefined
    default:
      return undefined
  }
}

const latest = <A>(items: Iterable<A>, most: number): ReadonlyArray<A> => [...items].slice(-most)

/** Drops the oldest half of the artifacts, or of all points once there are no artifacts, until the rest is within the limit. */
const fitted = (all: Required<HandBack>): Required<HandBack> => {
  if (isBounded(all)) return all
  const half = <A>(items: ReadonlyArray<A>) => items.slice(Math.ceil(items.length / 2))
  if (all.artifacts.length > 0) return fitted({ ...all, artifacts: half(all.artifacts) })
  const { artifacts, done, pitfalls, remaining } = all
  return fitted({ artifacts, done: half(done), remaining: half(remaining), pitfalls: half(pitfalls) })
}

/**
 * Gathers what the attempts of a handoff left for the next one, from its history: their hand-backs, the reasons why they
 * ended, the parts that a reviewer missed, and the latest artifact of each name. `undefined` if they left nothing.
 */
export const legacyOf = (history: ReadonlyArray<HandoffEvent>): HandBack | undefined => {
  const legacy: Legacy = { done: new Set(), remaining: new Set(), pitfalls: new Set(), artifacts: new Map() }
  // Of an erased event, the content is no longer there.
  for (const event of history) if (event.body === undefined) takeEvent(legacy, event)
  const all = fitted({
    done: latest(legacy.done, limits.points),
    remaining: latest(legacy.remaining, limits.points),
    pitfalls: latest(legacy.pitfalls, limits.points),
    artifacts: latest(legacy.artifacts.values(), limits.parts)
  })
  const some = Object.entries(all).filter(([, items]) => items.length > 0)
  return some.length === 0 ? undefined : Object.fromEntries(some)
}
