/** The use that each command makes of its store. The doors in `OpenStore.ts` read everything they decide from this table. */
import { transitionVerbs } from "@aumai/handoff-protocol"
import * as Record from "effect/Record"

/** The use of a store by a command. */
export interface StoreUse {
  /**
   * The fate of a store that does not exist: the command begins it, or begins it with `--create`; otherwise it is an error
   * that names the store.
   */
  readonly missing: "created" | "created on demand" | "an error"
  /**
   * The way it opens the store: only to read, which creates and changes no file; for one commit; or as a process among
   * others, which follows them or commits repeatedly.
   */
  readonly opens: "to read" | "for one commit" | "to stay"
  /** True if its output tells what it changed, so that output that is lost is a failure. */
  readonly changes: boolean
  /** True if the command acts in the name of an agent, so that it signs with the keys of `--key`. */
  readonly signs: boolean
}

const reads = { missing: "an error", opens: "to read", changes: false, signs: false } as const
const changes = { missing: "an error", opens: "for one commit", changes: true, signs: true } as const
const begins = { missing: "created", opens: "for one commit", changes: true, signs: true } as const

/** One row for each command that opens a store; `copy` opens two. */
export const storeUse = {
  create: begins,
  ...Record.map(transitionVerbs, () => changes),
  delegate: changes,
  reopen: changes,
  claim: changes,
  work: { missing: "created on demand", opens: "to stay", changes: true, signs: true },
  watch: { missing: "created on demand", opens: "to stay", changes: false, signs: false },
  result: { missing: "an error", opens: "to stay", changes: false, signs: false },
  sweep: { missing: "an error", opens: "to stay", changes: true, signs: false },
  archive: { missing: "an error", opens: "to stay", changes: true, signs: true },
  purge: { missing: "an error", opens: "to stay", changes: true, signs: true },
  import: { missing: "created", opens: "to stay", changes: true, signs: false },
  "copy --to": { missing: "created", opens: "to stay", changes: true, signs: false },
  "copy --from": reads,
  "agents register": begins,
  "agents unregister": changes,
  "agents revoke": changes,
  "agents list": reads,
  status: reads,
  where: reads,
  chain: reads,
  inbox: reads,
  list: reads,
  history: reads,
  stats: reads,
  route: reads,
  export: reads,
  verify: reads,
  doctor: reads,
  "doctor --set-aside": { missing: "an error", opens: "to stay", changes: true, signs: false },
  checkpoint: reads
} as const satisfies Readonly<Record<string, StoreUse>>

/** The name of a row. */
export type StoreUser = keyof typeof storeUse
