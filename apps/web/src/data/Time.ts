import { useSyncExternalStore } from "react"

import { isolated } from "../words/Visible.ts"

const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

const tick = (): void => {
  now = Date.now()
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  if (timer === undefined) {
    // Without listeners the clock stood still.
    now = Date.now()
    timer = setInterval(tick, 1000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The current time, updated every second, in milliseconds since 1970. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)

const units = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"]
] as const

/** A duration in its two largest units, such as `3 h 20 min`. */
export const durationText = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const first = units.findIndex(([size]) => seconds >= size)
  const [size, unit] = units[first] ?? [1, "s"]
  const [nextSize, nextUnit] = units[first + 1] ?? [1, "s"]
  const rest = size === 1 ? 0 : Math.floor((seconds % size) / nextSize)
  return `${Math.floor(seconds / size)} ${unit}${rest === 0 ? "" : ` ${rest} ${nextUnit}`}`
}

/** A duration, with tenths of a second below ten seconds. */
export const tookText = (milliseconds: number): string =>
  milliseconds < 10_000 ? `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s` : durationText(milliseconds)

/** The time since a moment, such as `3 min ago`. */
export const agoText = (milliseconds: number): string =>
  milliseconds < 1000 ? "just now" : `${durationText(milliseconds)} ago`

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" })

/** A moment in the browser's locale, isolated from the text around it if the locale writes from right to left. */
export const momentText = (at: Date | number): string => isolated(moment.format(at))
