/** Sentences of the protocol and durations as text for a terminal. */
import { render, type Sentence } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { printable } from "./Text.ts"

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000]
] as const

/** A duration rounded down to its largest unit: `3d`, `5h`, `12m`, `0s`. */
export const stretch = (millis: number): string => {
  const [unit, size] = units.find(([, size]) => millis >= size) ?? ["s", 1000]
  return `${Math.floor(millis / size)}${unit}`
}

/** An exact duration in the largest unit that divides it: `10m`, `90s`. */
export const lasting = (millis: number): string => {
  const [unit, size] = units.find(([, size]) => millis % size === 0) ?? ["s", 1000]
  return `${millis / size}${unit}`
}

/** A sentence of the protocol as text for a terminal. */
export const sentenceText = (sentence: Sentence): string =>
  printable(
    render(sentence, {
      said: (text) => text,
      name: (name) => name,
      id: (id) => id,
      status: (status) => status,
      moment: (at) => DateTime.formatIso(DateTime.makeUnsafe(at)),
      duration: lasting
    }).join("")
  )
