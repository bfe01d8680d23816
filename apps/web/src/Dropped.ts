/** A file that somebody lets fall on any page: it waits until the page that imports has taken it. */
import { useEffect, useState, useSyncExternalStore } from "react"

const listeners = new Set<() => void>()
let waiting: File | undefined

const put = (file: File | undefined): void => {
  waiting = file
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The file that waits to be imported. */
export const useWaiting = (): File | undefined => useSyncExternalStore(subscribe, () => waiting)

export const takeDropped = (): File | undefined => {
  const file = waiting
  put(undefined)
  return file
}

/** Goes to the page that imports once a file is dropped; tells whether one is held over the window. */
export const useDropped = (): boolean => {
  const [isOver, setIsOver] = useState(false)
  useEffect(() => {
    const left = new AbortController()
    const { signal } = left
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files") !== true) return
      // Otherwise the browser leaves the board and opens the file.
      event.preventDefault()
      setIsOver(true)
    }
    const leave = (event: DragEvent): void => {
      // Within the window it goes from one element to the next.
      if (event.relatedTarget === null) setIsOver(false)
    }
    const drop = (event: DragEvent): void => {
      const file = event.dataTransfer?.files[0]
      if (file === undefined) return
      event.preventDefault()
      setIsOver(false)
      location.hash = "#/data"
      put(file)
    }
    addEventListener("dragover", over, { signal })
    addEventListener("dragleave", leave, { signal })
    addEventListener("drop", drop, { signal })
    return () => left.abort()
  }, [])
  return isOver
}
