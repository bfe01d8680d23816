import type { ReactNode } from "react"

interface Properties<Row> {
  /** The singular name of a row. */
  readonly name: string
  readonly rows: ReadonlyArray<Row>
  readonly empty: Row
  readonly change: (rows: ReadonlyArray<Row>) => void
  readonly children: (row: Row, put: (part: Partial<Row>) => void) => ReactNode
}

/** A list of rows that a person can add and remove, each with the same fields. */
export const Rows = <Row extends object>({ name, rows, empty, change, children }: Properties<Row>) => (
  <>
    {[...rows.entries()].map(([index, row]) => (
      <fieldset key={index} className="row">
        <legend>
          {name} {index + 1}
        </legend>
        {children(row, (part) => change(rows.with(index, { ...row, ...part })))}
        <button
          type="button"
          className="small"
          aria-label={`Remove ${name.toLowerCase()} ${index + 1}`}
          onClick={() => change(rows.toSpliced(index, 1))}
        >
          Remove
        </button>
      </fieldset>
    ))}
    <div>
      <button type="button" className="small" onClick={() => change([...rows, empty])}>
        Add {/^[aeiou]/i.test(name) ? "an" : "a"} {name.toLowerCase()}
      </button>
    </div>
  </>
)
