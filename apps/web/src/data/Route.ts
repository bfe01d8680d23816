import { useSyncExternalStore } from "react"

/** The name of a page, and the id or subject in its address. */
export interface Route {
  readonly page: string
  readonly about?: string
}

const subscribe = (listener: () => void): (() => void) => {
  addEventListener("hashchange", listener)
  return () => removeEventListener("hashchange", listener)
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const useRoute = (): Route => {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  const [page = "", ...rest] = hash.replace(/^#\/?/, "").split("/")
  // An id typed by hand may contain slashes.
  const about = rest.length === 0 ? undefined : rest.join("/")
  return about === undefined ? { page } : { page, about: decoded(about) }
}

export const hrefOf = (recordId: string): string => `#/handoff/${encodeURIComponent(recordId)}`

/** The address of a handoff with the form of a move. */
export const moveHrefOf = (recordId: string, move: string): string => `#/move/${move}/${encodeURIComponent(recordId)}`
