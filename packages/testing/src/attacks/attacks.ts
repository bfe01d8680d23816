/** Every attack, in the order of `docs/security.md`. */
import type { Attack } from "./Attack.ts"
import { jsonAttacks } from "./json.ts"
import { names } from "./names.ts"
import { partAttacks } from "./parts.ts"
import { registry } from "./registry.ts"
import { schemaAttacks } from "./schemas.ts"
import { texts } from "./texts.ts"

export const attacks: ReadonlyArray<Attack> = [
  ...jsonAttacks,
  ...schemaAttacks,
  ...names,
  ...registry,
  ...partAttacks,
  ...texts
]
