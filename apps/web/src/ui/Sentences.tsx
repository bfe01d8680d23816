import { render, type Sentence } from "@aumai/handoff"
import { Fragment, type ReactNode } from "react"

import { hrefOf } from "../data/Route.ts"
import { durationText, momentText } from "../data/Time.ts"
import { statusWords } from "../words/Words.ts"
import { Foreign, Name } from "./Foreign.tsx"

const renderer = {
  said: (text: string): ReactNode => <Foreign>{text}</Foreign>,
  name: (name: string): ReactNode => <Name>{name}</Name>,
  id: (id: string): ReactNode => (
    <a href={hrefOf(id)}>
      <Name>{id}</Name>
    </a>
  ),
  status: (status: keyof typeof statusWords): ReactNode => statusWords[status].toLowerCase(),
  moment: (at: number): ReactNode => momentText(at),
  duration: (milliseconds: number): ReactNode => durationText(milliseconds)
}

interface Properties {
  readonly sentences: ReadonlyArray<Sentence>
}

/** Sentences of the SDK on one line, with the text of others isolated and ids as links. */
export const Sentences = ({ sentences }: Properties) =>
  [...sentences.entries()].map(([index, sentence]) => (
    <Fragment key={index}>
      {index === 0 ? "" : " · "}
      {[...render(sentence, renderer).entries()].map(([place, part]) => (
        <Fragment key={place}>{part}</Fragment>
      ))}
    </Fragment>
  ))
