/** Every attack, in the order of `docs/security.md`. */
import type { Attack } from "./Attack.ts"

export const attacks: ReadonlyArray<Attack> = []
