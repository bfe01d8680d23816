import { createRoot, type Root } from "react-dom/client"

import { openBoard } from "./Board.ts"
import { BoardContext } from "./Context.ts"
import { keepOffline } from "./offline.ts"
import { sentenceOf } from "./Sentence.ts"
import { Shell } from "./Shell.tsx"

const NotOpen = ({ problem }: { readonly problem: string }) => (
  <main className="alone">
    <h1>The board cannot be opened</h1>
    <p role="alert">{problem}</p>
    <button type="button" className="primary" onClick={() => location.reload()}>
      Try again
    </button>
  </main>
)

const show = async (root: Root): Promise<void> => {
  try {
    const board = await openBoard("board")
    root.render(
      <BoardContext value={board}>
        <Shell />
      </BoardContext>
    )
  } catch (error) {
    root.render(<NotOpen problem={sentenceOf(error)} />)
  }
}

const place = document.getElementById("board")
if (place !== null) {
  const root = createRoot(place)
  root.render(
    <main className="alone">
      <p role="status">Opening the handoffs of this browser …</p>
    </main>
  )
  void show(root)
  keepOffline()
}
