/**
 * Runs every attack on the store at a location. Prints a line of JSON before and after each: the runner ends this process
 * if the second does not come.
 */
import { openHandoffs } from "@aumai/handoff/node"

import { attacks } from "../../src/attacks/attacks.ts"
import { afterAttacks, runAttack } from "../../src/attacks/run.ts"

const handoffs = await openHandoffs(process.argv[2] ?? "memory:")
for (const attack of attacks) {
  console.log(JSON.stringify({ begins: attack.name }))
  const broke = await runAttack(handoffs, attack)
  console.log(JSON.stringify({ ends: attack.name, broke, mebibytes: process.resourceUsage().maxRSS / 1024 }))
}
console.log(JSON.stringify({ begins: "verify" }))
console.log(JSON.stringify({ ends: "verify", broke: await afterAttacks(handoffs) }))
await handoffs.close()
