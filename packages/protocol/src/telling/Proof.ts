/** Describes what a verification has proven, for every door. */

/** The counters of a verification. */
export interface Proof {
  readonly entries: number
  readonly signed: number
  readonly keyless: number
  readonly unknown: number
  readonly foreign: number
  readonly clock: number
  readonly ahead: number
  readonly erased: number
}

/** Describes what proves the entries: `96 signed and checked, 40 by agents without a key`. Empty without entries. */
export const describeProof = ({ ahead, clock, entries, erased, foreign, keyless, signed, unknown }: Proof): string => {
  const parts: ReadonlyArray<readonly [number, string]> = [
    [signed, "signed and checked"],
    [keyless, "by agents without a key"],
    [unknown, "by an unknown key"],
    [foreign, "inferred from another program"],
    [clock, "by the clock"],
    [entries - signed - keyless - unknown - foreign - clock, "at or after a flaw"],
    [ahead, "dated ahead"],
    [erased, "erased"]
  ]
  return parts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(", ")
}

/** Describes the limit of what was proven; `undefined` without entries, or if at least one signature was checked. */
export const describeLimit = ({ entries, signed, unknown }: Proof): string | undefined =>
  entries === 0 || signed > 0
    ? undefined
    : `${unknown > 0 ? "no signature was checked" : "none is signed"}: digests show later changes, not authorship`
