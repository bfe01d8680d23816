/** Plays the scenes of a day with real handoffs in the store of this browser, at a chosen speed. */
import type { HandoffRecord, Handoffs, NewHandoff, NewPart } from "@aumai/handoff"

import { sentenceOf } from "../words/Sentence.ts"
import { scenes } from "./Scenes.ts"

/** One line of the story, and the handoff that it is about. */
export interface StoryLine {
  readonly clock: string
  readonly text: string
  readonly recordId?: string
}

export interface Play {
  readonly story: ReadonlyArray<StoryLine>
  readonly isPlaying: boolean
  readonly isOver: boolean
  readonly speed: number
  /** The number of scenes. */
  readonly length: number
  /** The handoffs of this day. */
  readonly recordIds: ReadonlySet<string>
}

// Milliseconds between scenes at speed 1: the day takes about fifty seconds.
const pause = 1800

export interface Day {
  readonly snapshot: () => Play
  readonly subscribe: (listener: () => void) => () => void
  readonly play: () => void
  readonly pause: () => void
  readonly next: () => void
  readonly setSpeed: (speed: number) => void
}

/** Creates a day that continues while other pages are open. Playing it again creates new handoffs. */
const makeDay = (handoffs: Handoffs): Day => {
  const listeners = new Set<() => void>()
  let state: Play = {
    story: [],
    isPlaying: false,
    isOver: false,
    speed: 1,
    length: scenes.length,
    recordIds: new Set()
  }
  let ids = new Map<string, string>()
  let index = 0
  let isActing = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const put = (change: Partial<Play>): void => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  const idOf = (name: string): string => {
    const id = ids.get(name)
    if (id === undefined) throw new Error("The handoff of an earlier step was not created; play the day again.")
    return id
  }
  const keep = (name: string, { recordId }: HandoffRecord): void => {
    ids.set(name, recordId)
    put({ recordIds: new Set(ids.values()) })
  }
  const ask = async (name: string, ask: NewHandoff): Promise<void> => keep(name, await handoffs.create(ask))
  const delegate = async (name: string, whole: string, part: NewPart): Promise<void> =>
    keep(name, await handoffs.delegate(idOf(whole), part))

  const act = async (): Promise<void> => {
    if (isActing) return
    if (index >= scenes.length) {
      index = 0
      ids = new Map()
      put({ story: [], isOver: false, recordIds: new Set() })
    }
    const scene = scenes[index]
    if (scene === undefined) return
    isActing = true
    index += 1
    // A step may fail because a person has acted on its handoff.
    const acted = async () => scene.act({ handoffs, speed: state.speed, ask, delegate, idOf })
    const problem = await acted().then(() => undefined, sentenceOf)
    isActing = false
    const recordId = scene.about === undefined ? undefined : ids.get(scene.about)
    const text = problem === undefined ? scene.text : `${scene.text} This step failed: ${problem}`
    const isOver = index >= scenes.length
    put({
      story: [...state.story, { clock: scene.clock, text, ...(recordId === undefined ? {} : { recordId }) }],
      isOver,
      isPlaying: state.isPlaying && !isOver
    })
    if (state.isPlaying) timer = setTimeout(() => void act(), pause / state.speed)
  }

  const stop = (): void => {
    clearTimeout(timer)
    put({ isPlaying: false })
  }
  return {
    snapshot: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    play: () => {
      if (state.isPlaying) return
      put({ isPlaying: true })
      void act()
    },
    pause: stop,
    next: () => {
      stop()
      void act()
    },
    setSpeed: (speed) => put({ speed })
  }
}

const days = new WeakMap<Handoffs, Day>()

/** The day of a store, the same for every call. */
export const dayOf = (handoffs: Handoffs): Day => {
  const day = days.get(handoffs) ?? makeDay(handoffs)
  days.set(handoffs, day)
  return day
}
