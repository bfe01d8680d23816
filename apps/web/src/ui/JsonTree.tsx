import type { Json } from "@aumai/handoff"
import { useState } from "react"

import { Foreign, Name } from "./Foreign.tsx"

const Leaf = ({ value }: { readonly value: Json }) => (
  <span className="leaf" data-type={value === null ? "null" : typeof value}>
    {typeof value === "string" ? <Foreign>{value}</Foreign> : JSON.stringify(value)}
  </span>
)

// Items shown of each branch at first, and added by each click: a context may have 1 MiB of small items.
const pageSize = 100

interface Properties {
  readonly value: Json
  readonly depth?: number
}

interface BranchProperties {
  readonly name: string
  readonly value: object & Json
  readonly depth: number
}

// Deeper or larger branches start closed.
const isOpenAtFirst = (size: number, depth: number): boolean => depth < 2 && size <= 20

const Branch = ({ name, value, depth }: BranchProperties) => {
  const size = Object.keys(value).length
  const [isOpen, setIsOpen] = useState(isOpenAtFirst(size, depth))
  return (
    <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        <span className="key">
          <Name>{name}</Name>
        </span>{" "}
        <span className="count">{size}</span>
      </summary>
      {isOpen ? <JsonTree value={value} depth={depth + 1} /> : undefined}
    </details>
  )
}

/** JSON as a tree whose branches can be closed. All values are rendered as text of others. */
export const JsonTree = ({ value, depth = 0 }: Properties) => {
  const [shown, setShown] = useState(pageSize)
  if (typeof value !== "object" || value === null) return <Leaf value={value} />
  const items = Object.entries(value)
  if (items.length === 0) return <span className="leaf">empty</span>
  return (
    <ul className="tree">
      {items.slice(0, shown).map(([key, item]) => (
        <li key={key}>
          {typeof item === "object" && item !== null && Object.keys(item).length > 0 ? (
            <Branch name={key} value={item} depth={depth} />
          ) : (
            <>
              <span className="key">
                <Name>{key}</Name>
              </span>{" "}
              <JsonTree value={item} depth={depth + 1} />
            </>
          )}
        </li>
      ))}
      {items.length <= shown ? undefined : (
        <li>
          <button type="button" className="small" onClick={() => setShown(shown + pageSize)}>
            Show {Math.min(pageSize, items.length - shown)} more of {items.length}
          </button>
        </li>
      )}
    </ul>
  )
}
