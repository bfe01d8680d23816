import { useSyncExternalStore } from "react"

/** A text that survives a reload and that several components show. */
export interface Setting {
  readonly get: () => string
  readonly set: (value: string) => void
  /** Makes it empty and leaves nothing in the storage. */
  readonly remove: () => void
  readonly subscribe: (listener: () => void) => () => void
}

// A browser may deny storage; the text then lasts as long as the page.
const attempt = <A>(run: () => A): A | undefined => {
  try {
    return run()
  } catch {
    return undefined
  }
}

export const setting = (storage: "localStorage" | "sessionStorage", key: string): Setting => {
  const listeners = new Set<() => void>()
  let value = attempt(() => globalThis[storage].getItem(key)) ?? ""
  const change = (next: string, keep: () => void): void => {
    value = next
    attempt(keep)
    for (const listener of listeners) listener()
  }
  return {
    get: () => value,
    set: (next) => change(next, () => globalThis[storage].setItem(key, next)),
    remove: () => change("", () => globalThis[storage].removeItem(key)),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

export const useSetting = ({ get, subscribe }: Setting): string => useSyncExternalStore(subscribe, get)

/** The agent that this tab acts as; empty for any agent. Each tab has its own. */
export const me = setting("sessionStorage", "board.me")

/** `light`, `dark`, or empty for the system's theme. */
export const theme = setting("localStorage", "board.theme")

const showTheme = (): void => {
  document.documentElement.dataset["theme"] = theme.get()
}
// Applied before the store opens, which may take long.
showTheme()
theme.subscribe(showTheme)
