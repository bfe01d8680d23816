import { type ReactNode, useEffect } from "react"

import { isolated } from "../words/Visible.ts"

/** The title of a page, which may quote others: its first heading and the title of the tab. */
export const Heading = ({ title, children }: { readonly title: string; readonly children?: ReactNode }) => {
  useEffect(() => {
    document.title = `${isolated(title)} · Handoffs`
  }, [title])
  return (
    <div className="heading">
      <h1>
        <bdi>{title}</bdi>
      </h1>
      {children}
    </div>
  )
}
