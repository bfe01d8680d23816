/** The queue of files that were chosen, or dropped on any page, until the import page takes them. */
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

/** The files in the queue. */
export const useQueuedFiles = (): ReadonlyArray<File> => useSyncExternalStore(subscribe, () => waiting)

export const queueFiles = (files: ReadonlyArray<File>): void => put([...waiting, ...files])

export const takeQueuedFiles = (): ReadonlyArray<File> => {
  const files = waiting
  put([])
  return files
}

/** Queues dropped files and opens the import page. Returns `true` while a file is dragged over the window. */
export const useFileDrop = (): boolean => {
  const [isOver, setIsOver] = useState(false)
  useEffect(() => {
    const left = new AbortController()
    const { signal } = left
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files") !== true) return
      // Without this, the browser leaves the board and opens the file.
      event.preventDefault()
      setIsOver(true)
    }
    const leave = (event: DragEvent): void => {
      // A drag inside the window also leaves one element for the next.
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
