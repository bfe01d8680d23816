/** Lists what waits for an agent. A separate module, because programs that only create and claim do not need it. */
import {
  type AgentId,
  type Awaits,
  type HandoffRecord,
  type StoreError,
  type Waiting,
  waitingOf
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import type { HandoffStore } from "../store/HandoffStore.ts"
import { pageOf, pageSize } from "../store/PageSize.ts"

/** The arguments of `inbox`. */
export interface InboxOptions {
  /** Only handoffs that wait for this kind of step. */
  readonly awaits?: Awaits
  /** At most this many. Default: 100. */
  readonly limit?: number
}

/** Lists the handoffs whose next move is an agent's, most urgent first. Reads on until enough wait for the step. */
export const inboxOf = Effect.fnUntraced(function* (
  store: Pick<HandoffStore["Service"], "list">,
  agent: AgentId,
  { awaits, limit = 100 }: InboxOptions = {}
): Effect.fn.Return<ReadonlyArray<Waiting>, StoreError> {
  const found: Array<Waiting> = []
  const most = pageOf(limit)
  const size = awaits === undefined ? most : pageSize
  let after: HandoffRecord | undefined
  let hasMore = true
  while (hasMore) {
    const page = yield* store.list({ _tag: "Turn", agent }, { limit: size, ...(after && { after }) })
    for (const record of page) {
      const waiting = waitingOf(record)
      if (waiting !== undefined && (awaits ?? waiting.awaits) === waiting.awaits) found.push(waiting)
    }
    after = page.at(-1)
    hasMore = page.length === size && found.length < most
  }
  return found.slice(0, most)
})
