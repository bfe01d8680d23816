import { useMemo } from "react"

import type { Card } from "../data/Card.ts"
import { useSnapshot } from "../data/Context.ts"
import { hrefOf } from "../data/Route.ts"
import { Panel } from "../ui/Panel.tsx"
import { beginningOf, nameText, statusWords } from "../words/Words.ts"

interface Node {
  readonly card: Card
  readonly parts: ReadonlyArray<Node>
}

interface Tree {
  readonly root: Node
  /** The number of parts that are not shown. */
  readonly hidden: number
}

// Limits on the parts shown, and on the levels above the handoff on the page.
const mostParts = 200
const mostAbove = 50

/** The handoffs above a part, the nearest first. Stops at a cycle. */
const aboveOf = (cards: ReadonlyMap<string, Card>, of: Card): ReadonlyArray<Card> => {
  const above: Array<Card> = []
  let next = of.parent === undefined ? undefined : cards.get(of.parent)
  while (next !== undefined && next !== of && !above.includes(next) && above.length < mostAbove) {
    above.push(next)
    next = next.parent === undefined ? undefined : cards.get(next.parent)
  }
  return above
}

/** The tree that a handoff belongs to. The path to it from the root is always shown. */
const treeOf = (cards: ReadonlyMap<string, Card>, of: Card): Tree => {
  const parts = Map.groupBy(cards.values(), ({ parent }) => parent)
  const above = aboveOf(cards, of)
  const path = new Set([of, ...above])
  const seen = new Set<Card>()
  let left = mostParts
  let hidden = 0
  const nodeOf = (card: Card): Node => {
    seen.add(card)
    const below: Array<Node> = []
    for (const part of (parts.get(card.recordId) ?? []).toSorted((a, b) => a.createdAt - b.createdAt)) {
      if (seen.has(part)) continue
      if (left <= 0 && !path.has(part)) {
        hidden += 1
        continue
      }
      left -= 1
      below.push(nodeOf(part))
    }
    return { card, parts: below }
  }
  const root = nodeOf(above.at(-1) ?? of)
  return { root, hidden }
}

// Characters shown of a task.
const taskRoom = 100

const Member = ({ node, of }: { readonly node: Node; readonly of: string }) => {
  const { card, parts } = node
  const task = beginningOf(card.task, taskRoom)
  return (
    <li>
      {card.recordId === of ? <strong aria-current="true">{task}</strong> : <a href={hrefOf(card.recordId)}>{task}</a>}{" "}
      <span className="status" data-status={card.status}>
        {statusWords[card.status]}
      </span>{" "}
      <span className="nothing">{nameText(card.to)}</span>
      {parts.length === 0 ? undefined : (
        <ul className="tree">
          {parts.map((part) => (
            <Member key={part.card.recordId} node={part} of={of} />
          ))}
        </ul>
      )}
    </li>
  )
}

/** The tree of parts that a handoff belongs to, from any of them. */
export const Whole = ({ of }: { readonly of: string }) => {
  const snapshot = useSnapshot()
  const tree = useMemo(() => {
    const card = snapshot.cards.get(of)
    return card === undefined ? undefined : treeOf(snapshot.cards, card)
    // Depends on the snapshot because its map of cards is mutable.
  }, [snapshot, of])
  const isAlone = tree === undefined || (tree.root.card.recordId === of && tree.root.parts.length === 0)
  return (
    <Panel title="Parts">
      {isAlone ? (
        <p className="nothing">{snapshot.isLoaded ? "No parts have been delegated." : "Reading …"}</p>
      ) : (
        <ul className="tree whole">
          <Member node={tree.root} of={of} />
        </ul>
      )}
      {tree === undefined || tree.hidden === 0 ? undefined : <p>… and {tree.hidden} more.</p>}
      <p>
        <a className="button" href={`#/new/${encodeURIComponent(of)}`}>
          Create a part
        </a>
      </p>
    </Panel>
  )
}
