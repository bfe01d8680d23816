import { StoreError } from "@aumai/handoff"
import { forgetHandoffs } from "@aumai/handoff/browser"
import { createRoot, type Root } from "react-dom/client"

import { openBoard } from "./data/Board.ts"
import { BoardContext } from "./data/Context.ts"
import { keepOffline } from "./offline.ts"
import { Shell } from "./Shell.tsx"
import { sentenceOf } from "./words/Sentence.ts"

// The database, which all tabs of the site share.
const name = "board"

/** Deletes a database that the browser has damaged, and opens an empty board. */
const startEmpty = async (): Promise<void> => {
  // If deleting fails, opening the board again reports why.
  await forgetHandoffs(name).catch(() => {})
  location.hash = ""
  location.reload()
}

const NotOpen = ({ error }: { readonly error: unknown }) => (
  <main className="alone">
    <h1>The board cannot be opened</h1>
    <p role="alert">
      <bdi>{sentenceOf(error)}</bdi>
    </p>
    <p className="actions">
      <button type="button" className="primary" onClick={() => location.reload()}>
        Try again
      </button>
      {error instanceof StoreError && error.reason === "corrupt" ? (
        <button type="button" className="danger" onClick={() => void startEmpty()}>
          Delete the data and start empty
        </button>
      ) : undefined}
    </p>
  </main>
)

/** Shown in a frame, where the page around it could draw over the buttons. */
const Framed = () => (
  <main className="alone">
    <h1>The board does not run inside another page</h1>
    <p>
      <a href={location.href} target="_blank" rel="noreferrer">
        Open the board in a tab of its own
      </a>
    </p>
  </main>
)

const show = async (root: Root): Promise<void> => {
  try {
    const board = await openBoard(name)
    root.render(
      <BoardContext value={board}>
        <Shell />
      </BoardContext>
    )
  } catch (error) {
    root.render(<NotOpen error={error} />)
  }
}

const place = document.getElementById("board")
// Many hosts send no headers against frames.
const isFramed = globalThis.top !== globalThis.self
if (place !== null && isFramed) createRoot(place).render(<Framed />)
else if (place !== null) {
  const root = createRoot(place)
  root.render(
    <main className="alone">
      <p role="status">Opening the handoffs in this browser …</p>
    </main>
  )
  void show(root)
  keepOffline()
}
