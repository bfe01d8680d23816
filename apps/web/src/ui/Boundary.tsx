import { Component, type ReactNode } from "react"

import { sentenceOf } from "../words/Sentence.ts"

// As Chromium, Firefox and Safari say it, in this order; there is no class of errors for it.
const isNotLoaded = /dynamically imported module|error loading|importing a module/i

const problemOf = (error: unknown): string =>
  error instanceof TypeError && isNotLoaded.test(error.message)
    ? "It could not be loaded: there is no network, or a newer version of the board has taken its place. Your handoffs are kept."
    : sentenceOf(error)

interface Properties {
  readonly children: ReactNode
}

interface State {
  readonly problem?: string
}

/** Keeps the frame when a page cannot be shown. The handoffs are in the store, and not touched by that. */
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
        <p className="outcome problem">{problem}</p>
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    )
  }
}
