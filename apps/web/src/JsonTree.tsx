import type { Json } from "@aumai/handoff"

const Leaf = ({ value }: { readonly value: Json }) => (
  <span className="leaf" data-type={value === null ? "null" : typeof value}>
    {typeof value === "string" ? value : JSON.stringify(value)}
  </span>
)

interface Properties {
  readonly value: Json
  readonly depth?: number
}

// Deeper ones are opened by hand.
const openDepth = 2

/** JSON as a tree whose branches can be closed. What agents wrote is only ever text. */
export const JsonTree = ({ value, depth = 0 }: Properties) => {
  if (typeof value !== "object" || value === null) return <Leaf value={value} />
  const items = Object.entries(value)
  if (items.length === 0) return <span className="leaf">nothing</span>
  return (
    <ul className="tree">
      {items.map(([key, item]) =>
        typeof item === "object" && item !== null && Object.keys(item).length > 0 ? (
          <li key={key}>
            <details open={depth < openDepth}>
              <summary>
                {key} <span className="count">{Object.keys(item).length}</span>
              </summary>
              <JsonTree value={item} depth={depth + 1} />
            </details>
          </li>
        ) : (
          <li key={key}>
            <span className="key">{key}</span> <JsonTree value={item} depth={depth + 1} />
          </li>
        )
      )}
    </ul>
  )
}
