import { render, type Sentence } from "@aumai/handoff"
import { Fragment, type ReactNode } from "react"

import { hrefOf } from "../data/Route.ts"
import { durationText, momentText } from "../data/Time.ts"
import { nameText, statusWords } from "../words/Words.ts"

const renderer = {
  said: (text: string): ReactNode => text,
  name: (name: string): ReactNode => nameText(name),
  id: (id: string): ReactNode => <a href={hrefOf(id)}>{nameText(id)}</a>,
  status: (status: keyof typeof statusWords): ReactNode => statusWords[status].toLowerCase(),
  moment: (at: number): ReactNode => momentText(at),
  duration: (milliseconds: number): ReactNode => durationText(milliseconds)
}

interface Properties {
  readonly sentences: ReadonlyArray<Sentence>
}

/** Sentences of the SDK on one line, with escaped names and ids as links. */
export const Sentences = ({ sentences }: Properties) =>
  [...sentences.entries()].map(([index, sentence]) => (
    <Fragment key={index}>
      {index === 0 ? "" : " · "}
      {[...render(sentence, renderer).entries()].map(([place, part]) => (
        <Fragment key={place}>{part}</Fragment>
      ))}
    </Fragment>
  ))
