import { type ReactNode, useId } from "react"

interface Properties {
  readonly label: ReactNode
  /** `true` if it fills a row in a layout with several columns. */
  readonly isWide?: boolean
  /** Renders the control, which must have this id. */
  readonly children: (id: string) => ReactNode
}

/** A label with its control below. */
export const Field = ({ label, isWide = false, children }: Properties) => {
  const id = useId()
  return (
    <div className={isWide ? "field wide-field" : "field"}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}
