import { Component, type ReactNode } from "react"

import { sentenceOf } from "../words/Sentence.ts"

// The messages of Chromium, Firefox and Safari, in this order; the error has no class.
const isNotLoaded = /dynamically imported module|error loading|importing a module/i

const problemOf = (error: unknown): string =>
  error instanceof TypeError && isNotLoaded.test(error.message)
    ? "The page could not be loaded: there is no network, or a newer version of the board has replaced it. Your handoffs are safe; reload to try again."
    : sentenceOf(error)

interface Properties {
  readonly children: ReactNode
}

interface State {
  readonly problem?: string
}

/** Keeps the frame around a page that fails to render, and shows the error. */
export class Boundary extends Component<Properties, State> {
  override state: State = {}

  static getDerivedStateFromError(error: unknown): State {
    return { problem: problemOf(error) }
  }

  override render(): ReactNode {
    const { problem } = this.state
    if (problem === undefined) return this.props.children
    return (
      <div role="alert">
        <h1>This page cannot be shown</h1>
        <p className="outcome problem">
          <bdi>{problem}</bdi>
        </p>
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    )
  }
}
