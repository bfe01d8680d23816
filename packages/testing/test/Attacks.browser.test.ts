import { openHandoffs } from "@aumai/handoff/browser"
import { expect, it } from "vitest"

import { attacks } from "../src/attacks/attacks.ts"
import { afterAttacks, runAttack } from "../src/attacks/run.ts"

it.each(["memory:", "attacked"])("no attack breaks a store in a page, or hangs it: %s", async (name) => {
  const handoffs = await openHandoffs(name)
  try {
    for (const attack of attacks)
      expect([attack.name, await runAttack(handoffs, attack)]).toEqual([attack.name, undefined])
    expect(await afterAttacks(handoffs)).toBeUndefined()
  } finally {
    await handoffs.close()
  }
})
