import { expect } from "vitest"

import type { Handoffs } from "../src/index.ts"

const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" }

/** Runs many verbs on one handoff at once, shared among clients of one store. Each must succeed, once. */
export const race = async (clients: ReadonlyArray<Handoffs>) => {
  const count = 100
  const [first] = clients
  if (first === undefined) throw new Error("Expected a client")
  const { recordId } = await first.create(ask)
  await first.accept(recordId)
  await first.start(recordId)
  const all = <A>(verb: (handoffs: Handoffs, index: number) => Promise<A>) =>
    Promise.all(Array.from({ length: count }, (_, index) => verb(clients[index % clients.length] ?? first, index)))
  await all((handoffs, index) => handoffs.progress(recordId, { note: `step ${index}` }))
  const parts = await all((handoffs, index) =>
    handoffs.delegate(recordId, { toAgent: "artist", taskDescription: `Chart ${index}` })
  )
  await all((handoffs, index) => handoffs.attest(recordId, { by: `witness-${index}`, statement: "I looked" }))
  expect(new Set(parts.map((part) => part.recordId)).size).toBe(count)
  const history = await first.history(recordId)
  expect(history.map(({ event }) => event._tag)).toEqual([
    "Created",
    "Accepted",
    "Started",
    ...Array.from({ length: count }, () => "Progressed"),
    ...Array.from({ length: count }, () => "Delegated"),
    ...Array.from({ length: count }, () => "Attested")
  ])
}
