import { lazy, type ReactNode, Suspense, useEffect, useId, useRef } from "react"

import { useSnapshot } from "./data/Context.ts"
import { type Route, useRoute } from "./data/Route.ts"
import { me, theme, useSetting } from "./data/Setting.ts"
import { BoardPage } from "./pages/BoardPage.tsx"
import { Boundary } from "./ui/Boundary.tsx"
import { useFocusFallback } from "./ui/FocusFallback.ts"
import { useFileDrop } from "./ui/ImportQueue.ts"
import { Names } from "./ui/Names.tsx"

// The start bundle contains the board; the other pages load when they are opened.
const AgentsPage = lazy(async () => ({ default: (await import("./pages/AgentsPage.tsx")).AgentsPage }))
const ChartsPage = lazy(async () => ({ default: (await import("./pages/ChartsPage.tsx")).ChartsPage }))
const CreatePage = lazy(async () => ({ default: (await import("./pages/CreatePage.tsx")).CreatePage }))
const DataPage = lazy(async () => ({ default: (await import("./pages/DataPage.tsx")).DataPage }))
const DayPage = lazy(async () => ({ default: (await import("./pages/DayPage.tsx")).DayPage }))
const HandoffPage = lazy(async () => ({ default: (await import("./pages/HandoffPage.tsx")).HandoffPage }))
const InboxPage = lazy(async () => ({ default: (await import("./pages/InboxPage.tsx")).InboxPage }))
const LawsPage = lazy(async () => ({ default: (await import("./pages/LawsPage.tsx")).LawsPage }))

interface PageLink {
  readonly page: string
  readonly name: string
  readonly show: (about: string | undefined) => ReactNode
}

const pages: ReadonlyArray<PageLink> = [
  { page: "", name: "Board", show: () => <BoardPage /> },
  { page: "day", name: "ER to ICU", show: () => <DayPage /> },
  { page: "inbox", name: "Inbox", show: () => <InboxPage /> },
  { page: "new", name: "New handoff", show: (about) => <CreatePage key={about} parent={about} /> },
  { page: "agents", name: "Agents", show: () => <AgentsPage /> },
  { page: "charts", name: "Charts", show: () => <ChartsPage /> },
  { page: "data", name: "Import and export", show: () => <DataPage /> },
  { page: "laws", name: "Laws", show: () => <LawsPage /> }
]

const Content = ({ page, about }: Route) => {
  if (page === "handoff" && about !== undefined) return <HandoffPage key={about} recordId={about} />
  if (page === "move" && about !== undefined) {
    const [move, ...id] = about.split("/")
    return <HandoffPage key={about} recordId={id.join("/")} move={move} />
  }
  return pages.find((link) => link.page === page)?.show(about) ?? <BoardPage />
}

const ActorField = () => {
  const id = useId()
  const name = useSetting(me)
  return (
    <div className="inline-field">
      <label htmlFor={id}>Act as</label>
      <input
        id={id}
        list={`${id}-names`}
        value={name}
        placeholder="any agent"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => me.set(event.target.value)}
      />
      <Names id={`${id}-names`} />
    </div>
  )
}

const themes = [
  ["", "System"],
  ["light", "Light"],
  ["dark", "Dark"]
] as const

const ThemeField = () => {
  const id = useId()
  const chosen = useSetting(theme)
  return (
    <div className="inline-field theme">
      <label htmlFor={id}>Theme</label>
      <select id={id} value={chosen} onChange={(event) => theme.set(event.target.value)}>
        {themes.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}

/** The frame around every page. A new page receives the focus, as a loaded document would. */
export const Shell = () => {
  const route = useRoute()
  const { problem } = useSnapshot()
  const main = useRef<HTMLElement>(null)
  const nav = useRef<HTMLElement>(null)
  const shown = useRef<string>(undefined)
  const isOver = useFileDrop()
  useFocusFallback(main)
  const where = `${route.page}/${route.about ?? ""}`
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== where) main.current?.focus()
    shown.current = where
    // On a phone, the link of the current page may be outside the visible part.
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" })
  }, [where])
  return (
    <>
      <header>
        <a className="skip" href="#content" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
          Skip to the content
        </a>
        <a className="brand" href="#/">
          <svg aria-hidden="true" viewBox="0 0 32 32">
            <path d="M7 11h12m0 0-4-4m4 4-4 4M25 21H13m0 0 4-4m-4 4 4 4" />
          </svg>
          Handoffs
        </a>
        <div className="settings">
          <ActorField />
          <ThemeField />
        </div>
        <nav ref={nav} aria-label="Pages">
          {pages.map(({ page, name }) => (
            <a key={page} href={`#/${page}`} aria-current={page === route.page ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </header>
      {isOver ? <p className="dropping">Drop the file to import it.</p> : undefined}
      {problem === undefined ? undefined : (
        <div className="banner" role="alert">
          <p>
            The board has stopped updating. <bdi>{problem}</bdi>
          </p>
          <button type="button" onClick={() => location.reload()}>
            Reload
          </button>
        </div>
      )}
      <main ref={main} id="content" tabIndex={-1}>
        <Boundary key={where}>
          <Suspense fallback={<p role="status">Loading …</p>}>
            <Content {...route} />
          </Suspense>
        </Boundary>
      </main>
    </>
  )
}
