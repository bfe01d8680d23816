/** Sentences in parts, so that each door can escape, link, colour and format the data in them. */
import type * as DateTime from "effect/DateTime"

import type { HandoffStatus } from "../model/HandoffStatus.ts"

/** The data in a sentence, by kind; moments and durations are in milliseconds. */
interface Data {
  /** Text that an agent wrote. */
  readonly said: string
  /** The name of an agent, an artifact or an item. */
  readonly name: string
  /** The id of a handoff. */
  readonly id: string
  readonly status: HandoffStatus
  readonly moment: number
  readonly duration: number
}

/** A part of a sentence: our own words, or data of one kind. */
export type Part = string | { readonly [K in keyof Data]: { readonly kind: K; readonly value: Data[K] } }[keyof Data]

/** A sentence, or a clause of one, in its parts. */
export type Sentence = ReadonlyArray<Part>

/** A headline in plain words, with details that may be empty. */
export interface Description {
  readonly what: string
  readonly details: ReadonlyArray<Sentence>
}

/** Functions of a door that show each kind of data. */
export type Renderer<Out> = { readonly [K in keyof Data]: (value: Data[K]) => Out }

/** Renders a sentence: its own words unchanged, and its data with the renderer. */
export const render = <Out>(sentence: Sentence, renderer: Renderer<Out>): ReadonlyArray<string | Out> =>
  sentence.map((part) => {
    if (typeof part === "string") return part
    // The cast: the kind of a part determines the type of its value.
    const show = renderer[part.kind] as (value: Data[keyof Data]) => Out
    return show(part.value)
  })

export const said = (value: string): Part => ({ kind: "said", value })
export const name = (value: string): Part => ({ kind: "name", value })
export const moment = ({ epochMilliseconds }: DateTime.Utc): Part => ({ kind: "moment", value: epochMilliseconds })
export const duration = (value: number): Part => ({ kind: "duration", value })

/** Makes a clause with its data; no clause if the data is absent or empty. */
export const clause = <A>(value: A | undefined, sentence: (value: A) => Sentence): ReadonlyArray<Sentence> =>
  value === undefined || value === "" || (Array.isArray(value) && value.length === 0) ? [] : [sentence(value)]

export const joined = (sentences: ReadonlyArray<Sentence>, separator: string): Sentence =>
  sentences.flatMap((sentence, index) => (index === 0 ? sentence : [separator, ...sentence]))

export const names = (all: ReadonlyArray<{ readonly name: string }>): Sentence =>
  joined(
    all.map((one) => [name(one.name)]),
    ", "
  )
