import { type ReactNode, useId } from "react"

interface Properties {
  readonly label: string
  /** The control, which must have the id that it is given. */
  readonly children: (id: string) => ReactNode
}

/** A control below its label. */
export const Field = ({ label, children }: Properties) => {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}
