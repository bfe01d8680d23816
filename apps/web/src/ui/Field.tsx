import { type ReactNode, useId } from "react"

interface Properties {
  readonly label: string
  /** Whether it takes a line of its own where fields stand side by side. */
  readonly isWide?: boolean
  /** The control, which must have the id that it is given. */
  readonly children: (id: string) => ReactNode
}

/** A control below its label. */
export const Field = ({ label, isWide = false, children }: Properties) => {
  const id = useId()
  return (
    <div className={isWide ? "field wide-field" : "field"}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}
