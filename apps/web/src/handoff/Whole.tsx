import { useMemo } from "react"

import type { Card } from "../data/Card.ts"
import { useSnapshot } from "../data/Context.ts"
import { partsOf } from "../data/Parts.ts"
import { hrefOf } from "../data/Route.ts"
import { Name } from "../ui/Foreign.tsx"
import { Panel } from "../ui/Panel.tsx"
import { beginningOf, statusWords } from "../words/Words.ts"

interface Node {
  readonly card: Card
  /** `false` if the handoff only names the one above it as its parent. */
  readonly isDelegated: boolean
  readonly parts: Array<Node>
}

interface Tree {
  readonly root: Node
  /** The number of handoffs that are not shown. */
  readonly hidden: number
}

// Limits on the parts shown, on the handoffs that only name a parent, and on the levels above the handoff on the page.
const mostParts = 200
const mostNamed = 20
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

/** The tree that a handoff belongs to, delegated parts first. The path to it from the root is always shown. */
const treeOf = (cards: ReadonlyMap<string, Card>, of: Card): Tree => {
  const named = Map.groupBy(cards.values(), ({ parent }) => parent)
  const childrenOf = ({ recordId }: Card) => (named.get(recordId) ?? []).toSorted((a, b) => a.createdAt - b.createdAt)
  const above = aboveOf(cards, of)
  const path = new Set([of, ...above])
  const seen = new Set<Card>()
  const nodes: Array<Node> = []
  let hidden = 0
  const nodeOf = (card: Card, isDelegated: boolean, room: { left: number }): Node => {
    const node: Node = { card, isDelegated, parts: [] }
    seen.add(card)
    nodes.push(node)
    for (const part of partsOf(card, childrenOf(card))) add(node, part, true, room)
    return node
  }
  const add = (node: Node, card: Card, isDelegated: boolean, room: { left: number }) => {
    if (seen.has(card)) return
    if (room.left <= 0 && !path.has(card)) {
      seen.add(card)
      hidden += 1
      return
    }
    room.left -= 1
    node.parts.push(nodeOf(card, isDelegated, room))
  }
  const root = nodeOf(above.at(-1) ?? of, true, { left: mostParts })
  // Any agent can name any parent, so these come after all delegated parts and have a separate limit.
  const room = { left: mostNamed }
  for (const node of nodes) for (const card of childrenOf(node.card)) add(node, card, false, room)
  return { root, hidden }
}

// Characters shown of a task.
const taskRoom = 100

const Member = ({ node, of }: { readonly node: Node; readonly of: string }) => {
  const { card, isDelegated, parts } = node
  const task = <bdi>{beginningOf(card.task, taskRoom)}</bdi>
  return (
    <li>
      {card.recordId === of ? <strong aria-current="true">{task}</strong> : <a href={hrefOf(card.recordId)}>{task}</a>}{" "}
      <span className="status" data-status={card.status}>
        {statusWords[card.status]}
      </span>{" "}
      <span className="nothing">
        <Name>{card.to}</Name>
        {isDelegated ? "" : ", names it as parent"}
      </span>
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
          Create with this parent
        </a>
      </p>
    </Panel>
  )
}
