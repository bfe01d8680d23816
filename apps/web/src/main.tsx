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
if (place !== null) {
  const root = createRoot(place)
  root.render(
    <main className="alone">
      <p role="status">Opening the handoffs in this browser …</p>
    </main>
  )
  void show(root)
  keepOffline()
}
