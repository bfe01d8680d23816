/** Tells the parts of a handoff from other handoffs that name it as their parent, by the rule of the engine. */
import { holdersOf } from "@aumai/handoff"

import type { Card } from "./Card.ts"

/** The delegated parts among the cards that name `whole` as their parent, oldest first. */
export const partsOf = (whole: Card, children: ReadonlyArray<Card>): ReadonlyArray<Card> => {
  const { delegated = new Map<string, string>(), isImported, state } = whole
  if (state.parts === undefined) return []
  const holders = new Set(holdersOf(state).slice(1))
  let left = isImported === true ? state.parts - delegated.size : 0
  return children.filter(({ from, recordId }) => {
    const by = delegated.get(recordId)
    return by === undefined ? holders.has(from) && left-- > 0 : by === from
  })
}
