/** Files that somebody chooses, or lets fall on any page: they wait until the page that imports has taken them. */
import { useEffect, useState, useSyncExternalStore } from "react"

const listeners = new Set<() => void>()
let waiting: ReadonlyArray<File> = []

const put = (files: ReadonlyArray<File>): void => {
  waiting = files
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The files that wait to be imported. */
export const useQueuedFiles = (): ReadonlyArray<File> => useSyncExternalStore(subscribe, () => waiting)

export const queueFiles = (files: ReadonlyArray<File>): void => put([...waiting, ...files])

export const takeQueuedFiles = (): ReadonlyArray<File> => {
  const files = waiting
  put([])
  return files
}

/** Goes to the page that imports once a file is dropped; tells whether one is held over the window. */
export const useFileDrop = (): boolean => {
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
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length === 0) return
      event.preventDefault()
      setIsOver(false)
      location.hash = "#/data"
      queueFiles(files)
    }
    addEventListener("dragover", over, { signal })
    addEventListener("dragleave", leave, { signal })
    addEventListener("drop", drop, { signal })
    return () => left.abort()
  }, [])
  return isOver
}
