import { type ReactNode, useEffect } from "react"

/** The title of a page: its first heading and the title of the tab. */
export const Heading = ({ title, children }: { readonly title: string; readonly children?: ReactNode }) => {
  useEffect(() => {
    document.title = `${title} · Handoffs`
  }, [title])
  return (
    <div className="heading">
      <h1>{title}</h1>
      {children}
    </div>
  )
}
