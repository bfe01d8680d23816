import { openHandoffs } from "@aumai/handoff/browser"
import { expect, it } from "vitest"

import { attacks } from "../src/attacks/attacks.ts"
import { afterAttacks, runAttack } from "../src/attacks/run.ts"

it("no attack breaks IndexedDB in a page, or hangs the page", { timeout: 600_000 }, async () => {
  const handoffs = await openHandoffs("attacked")
  try {
    for (const attack of attacks) {
      expect([attack.name, await runAttack(handoffs, attack)]).toEqual([attack.name, undefined])
    }
    expect(await afterAttacks(handoffs)).toBeUndefined()
  } finally {
    await handoffs.close()
  }
})
