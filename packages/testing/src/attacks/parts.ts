/** Attacks on wholes by handoffs that only name them as their parent, and on the room and the words of others. */
import type { ChainLink, Handoffs } from "@aumai/handoff"

import type { Attack } from "./Attack.ts"

const task = { fromAgent: "planner", toAgent: "executor", taskDescription: "Close Q3" }
const part = { toAgent: "artist", taskDescription: "Draw the charts" }
const noise = { fromAgent: "stranger", toAgent: "nobody", taskDescription: "Noise" }

// More than the 256 that a chain shows.
const strangers = 300
// Characters. All attacks share a store, which may be one file; the strangers of one have 3 MB in all.
const bulk = "x".repeat(10_000)

/** The tag of the error that a call rejects with; `undefined` if it resolves. */
const refusalOf = (call: Promise<unknown>): Promise<string | undefined> =>
  call.then(
    () => undefined,
    // The cast: every error of the SDK has a tag.
    (error: unknown) => (error as { readonly _tag?: string })._tag ?? String(error)
  )

/** A whole with one open part, which many handoffs of strangers name as their parent. */
const besieged = async (handoffs: Handoffs) => {
  const whole = await handoffs.create(task)
  await handoffs.accept(whole.recordId)
  const { recordId: open } = await handoffs.delegate(whole.recordId, part)
  for (let made = 0; made < strangers; made++) {
    await handoffs.create({ ...noise, parent: whole.recordId, context: { bulk } })
  }
  return { whole: whole.recordId, open }
}

const statusOf = async (handoffs: Handoffs, id: string) => (await handoffs.get(id)).status

const verbs: ReadonlyArray<Attack> = [
  {
    name: "300 handoffs of strangers name a whole as their parent: complete",
    run: async (handoffs) => {
      const { open, whole } = await besieged(handoffs)
      const blocked = await refusalOf(handoffs.complete(whole))
      if (blocked !== "OpenChildren") return `complete did not see the open part, but gave ${blocked}`
      await handoffs.cancel(open)
      const refusal = await refusalOf(handoffs.complete(whole))
      return refusal === undefined ? undefined : `complete was refused with ${refusal}`
    }
  },
  {
    name: "300 handoffs of strangers name a whole as their parent: cancel",
    run: async (handoffs) => {
      const { open, whole } = await besieged(handoffs)
      await handoffs.cancel(whole)
      if ((await statusOf(handoffs, open)) !== "cancelled") return "cancel left the open part"
      const [stranger] = await handoffs.list({ _tag: "Sent", agent: noise.fromAgent }, { limit: 1 })
      return stranger?.status === "pending" ? undefined : "cancel ended the handoff of a stranger"
    }
  },
  {
    name: "300 handoffs of strangers name a whole as their parent: chain",
    run: async (handoffs) => {
      const { open, whole } = await besieged(handoffs)
      const { isCut, root } = await handoffs.chain(whole)
      const [first, ...others] = root.parts
      if (first?.record.recordId !== open || !first.isDelegated) return "the part is not first in its chain"
      if (others.some(({ isDelegated }) => isDelegated)) return "a handoff of a stranger is shown as delegated"
      return isCut && others.length <= 256 ? undefined : `the chain has ${others.length} handoffs of strangers`
    }
  },
  {
    name: "a handoff below a stranger's, which names a whole, has parts of its own: chain",
    run: async (handoffs) => {
      const { whole } = await besieged(handoffs)
      const { recordId } = await handoffs.create({ ...noise, parent: whole })
      await handoffs.accept(recordId)
      const { recordId: member } = await handoffs.delegate(recordId, part)
      const ids = ({ parts, record }: ChainLink): ReadonlyArray<string> => [record.recordId, ...parts.flatMap(ids)]
      return ids((await handoffs.chain(member)).root).includes(member) ? undefined : "the requested handoff is missing"
    }
  },
  {
    name: "a former holder names a whole as the parent of new handoffs",
    run: async (handoffs) => {
      const { recordId } = await handoffs.create(task)
      await handoffs.accept(recordId)
      const { recordId: given } = await handoffs.delegate(recordId, part)
      await handoffs.cancel(given)
      await handoffs.forward(recordId, { to: "analyst" })
      await handoffs.accept(recordId)
      for (let made = 0; made < 50; made++) {
        await handoffs.create({ fromAgent: "executor", ...part, parent: recordId })
      }
      const refusal = await refusalOf(handoffs.complete(recordId))
      return refusal === undefined ? undefined : `complete was refused with ${refusal}`
    }
  }
]

/** The names under which one stranger attests, and how large its statements are. */
const floods: ReadonlyArray<readonly [words: string, names: number, size: number]> = [
  ["one name", 1, 10],
  ["one name, in large statements", 1, 60_000],
  ["twenty names", 20, 10],
  ["twenty names, in large statements", 20, 60_000]
]

const attestations = floods.map(([words, names, size]): Attack => ({
  name: `a stranger attests as often as it can under ${words}`,
  run: async (handoffs) => {
    const { recordId } = await handoffs.create(task)
    await handoffs.accept(recordId)
    const statement = "x".repeat(size)
    for (let name = 0; name < names; name++) {
      for (let made = 0; made < 17; made++) {
        const refusal = await refusalOf(handoffs.attest(recordId, { by: `stranger-${name}`, statement }))
        if (refusal === "NoRoomLeft") break
        if (refusal !== undefined) return `attest was refused with ${refusal}`
        if (made === 16) return "one agent attested 17 times"
      }
    }
    const witness = { by: "auditor", statement: "It is right" }
    if (names === 1 && (await refusalOf(handoffs.attest(recordId, witness))) !== undefined) {
      return "another witness has no room"
    }
    const mine = { by: task.fromAgent, statement: "y".repeat(60_000) }
    if ((await refusalOf(handoffs.attest(recordId, mine))) !== undefined) return "the sender has no room"
    const evidence = Array.from({ length: 128 }, () => ({ grade: "observed", statement: "It ran" }) as const)
    const { evidence: kept } = await handoffs.complete(recordId, { evidence })
    const grades = kept?.filter(({ by }) => by === task.fromAgent).map(({ grade }) => grade)
    return grades?.join() === "endorsed" ? undefined : `the sender's own word has the grade ${grades?.join()}`
  }
}))

const decision = { agent: "nobody", reason: "The router chose it", fallback: false, matched: [], runnersUp: [] }

/** Words of the engine, as arguments of each verb that records an event with them. */
const words: ReadonlyArray<readonly [key: string, value: unknown]> = [
  ["code", "attempts_exhausted"],
  ["because", "attempts_exhausted"],
  ["routing", decision],
  ["grade", "verified"],
  ["grade", "endorsed"],
  ["along", "7k2m9q4xw3pz"],
  ["via", "foreign"]
]

type Verb = (handoffs: Handoffs, id: string, payload: object) => Promise<unknown>

const speakers: Readonly<Record<string, Verb>> = {
  create: (handoffs, _, payload) => handoffs.create({ ...task, ...payload }),
  delegate: (handoffs, id, payload) => handoffs.delegate(id, { ...part, ...payload }),
  forward: (handoffs, id, payload) => handoffs.forward(id, { to: "analyst", ...payload }),
  "forward by the router": (handoffs, id, payload) => handoffs.forward(id, payload),
  attest: (handoffs, id, payload) => handoffs.attest(id, { by: "auditor", statement: "Seen", ...payload }),
  release: (handoffs, id, payload) => handoffs.release(id, payload),
  fail: (handoffs, id, payload) => handoffs.fail(id, { reason: "Tired", ...payload }),
  complete: (handoffs, id, payload) => handoffs.complete(id, payload),
  cancel: (handoffs, id, payload) => handoffs.cancel(id, payload)
}

const claims = Object.entries(speakers).map(([name, speak]): Attack => ({
  name: `a caller passes words of the engine to ${name}`,
  run: async (handoffs) => {
    await handoffs.agents.register("analyst", ["work"])
    const { recordId } = await handoffs.create({ ...task, requires: ["work"] })
    await handoffs.accept(recordId)
    for (const [key, value] of words) {
      const refusal = await refusalOf(speak(handoffs, recordId, { [key]: value }))
      if (refusal !== "InvalidInput") return `${name} with ${key} gave ${refusal ?? "a result"}`
    }
    return (await handoffs.get(recordId)).revision === 2 ? undefined : `${name} recorded an event`
  }
}))

export const partAttacks: ReadonlyArray<Attack> = [...verbs, ...attestations, ...claims]
