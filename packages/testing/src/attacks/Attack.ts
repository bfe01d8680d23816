/** The shape of an attack: input of a hostile neighbour, and what must remain true. */
import type { Handoffs } from "@aumai/handoff"

/**
 * An attack through the SDK's methods, so that it runs on every store and in every runtime. A runner bounds its time and
 * its memory from outside: an attack that hangs or exhausts the heap fails there.
 */
export interface Attack {
  /** The attack in words, for the name of its test. */
  readonly name: string
  /** Runs the attack against an open store and resolves with what it broke; `undefined` if it broke nothing. */
  readonly run: (handoffs: Handoffs) => Promise<string | undefined>
}
