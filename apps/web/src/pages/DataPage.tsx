import { useEffect, useEffectEvent, useId, useState } from "react"

import { useBoard, useSnapshot } from "../data/Context.ts"
import { exportText, importText, type Report, textOf } from "../data/Portable.ts"
import { hrefOf } from "../data/Route.ts"
import { VerifyAll } from "../handoff/Verification.tsx"
import { OutcomeText, useOutcome } from "../moves/Outcome.tsx"
import { Field } from "../ui/Field.tsx"
import { Foreign, Name } from "../ui/Foreign.tsx"
import { Heading } from "../ui/Heading.tsx"
import { queueFiles, takeQueuedFiles, useQueuedFiles } from "../ui/ImportQueue.ts"
import { sentenceOf } from "../words/Sentence.ts"

const save = (text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }))
  const link = document.createElement("a")
  link.href = url
  link.download = "handoffs.json"
  link.click()
  // Some browsers still read it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

const explained: Readonly<Record<Report["outcome"], string>> = {
  added: "added",
  unchanged: "unchanged: already in this browser",
  newer: "its later events were added",
  conflict: "its history differs from the one here, which was kept",
  broken: "left out, because it does not hold",
  refused: "refused"
}

// Further reports are counted, not listed.
const listedReports = 200

const Reports = ({ reports }: { readonly reports: ReadonlyArray<Report> }) => {
  const counts = Object.entries(Object.groupBy(reports, ({ outcome }) => outcome))
  return (
    <section className="panel" aria-label="Import report">
      <h2>Import report</h2>
      <p role="status">
        {counts.map(([outcome, some]) => `${some?.length ?? 0} ${outcome}`).join(", ") ||
          "The file contains no records."}
      </p>
      <ul className="reports">
        {reports.slice(0, listedReports).map(({ name, recordId, outcome, unproven, problem }, index) => (
          // A file may name a record twice, and the list is only replaced as a whole.
          // oxlint-disable-next-line react/no-array-index-key -- names may repeat
          <li key={index} data-outcome={outcome}>
            {recordId === undefined ? (
              <Name>{name}</Name>
            ) : (
              <a href={hrefOf(recordId)}>
                <Name>{name}</Name>
              </a>
            )}
            : {explained[outcome]}
            {problem === undefined ? undefined : (
              <>
                . <bdi>{problem}</bdi>
              </>
            )}
            {unproven === undefined ? undefined : (
              <>
                , unproven: <Foreign>{unproven}</Foreign>
              </>
            )}
          </li>
        ))}
      </ul>
      {reports.length > listedReports ? <p>… and {reports.length - listedReports} more.</p> : undefined}
    </section>
  )
}

const mebibytes = (bytes: number | undefined): string => `${((bytes ?? 0) / 2 ** 20).toFixed(1)} MiB`

// The cast: browsers have it only in secure contexts.
const room = navigator.storage as StorageManager | undefined

/** The storage in use, and a button that asks the browser to keep it. */
const StoragePanel = () => {
  const id = useId()
  const [estimate, setEstimate] = useState<StorageEstimate>()
  const [isKept, setIsKept] = useState<boolean>()
  const [outcome, perform] = useOutcome()
  useEffect(() => {
    // Hidden if the browser does not tell.
    void room?.estimate().then(setEstimate, () => {})
    void room?.persisted().then(setIsKept, () => {})
  }, [])
  const ask = async (): Promise<string> => {
    const isGranted = (await room?.persist()) === true
    setIsKept(isGranted)
    return isGranted ? "The browser will keep the data." : "The browser declined; export what you must not lose."
  }
  return (
    <section className="panel" aria-labelledby={`${id}-room`}>
      <h2 id={`${id}-room`}>Storage in this browser</h2>
      {estimate === undefined ? undefined : (
        <p>
          {mebibytes(estimate.usage)} of {mebibytes(estimate.quota)} are in use.
        </p>
      )}
      <p>
        {isKept === true
          ? "The browser keeps the data until you clear it."
          : "The browser may delete the data when the device runs out of space. Export what you must not lose."}
      </p>
      {isKept === false ? (
        <button type="button" onClick={() => void perform(ask)}>
          Ask the browser to keep the data
        </button>
      ) : undefined}
      <OutcomeText {...outcome} />
    </section>
  )
}

export const DataPage = () => {
  const { handoffs } = useBoard()
  const { cards } = useSnapshot()
  const id = useId()
  const [reports, setReports] = useState<ReadonlyArray<Report>>()
  const [outcome, perform] = useOutcome()

  const take = useEffectEvent(() =>
    perform(async () => {
      setReports(undefined)
      const found: Array<Report> = []
      const problems: Array<string> = []
      for (const file of takeQueuedFiles()) {
        try {
          found.push(...(await importText(handoffs, file.name, await textOf(file))))
        } catch (error) {
          problems.push(sentenceOf(error))
        }
      }
      if (problems.length === 0 || found.length > 0) setReports(found)
      if (problems.length > 0) throw new Error(problems.join(" "))
      return undefined
    })
  )
  const waiting = useQueuedFiles()
  const isBusy = outcome.isBusy === true
  useEffect(() => {
    if (waiting.length > 0 && !isBusy) void take()
  }, [waiting, isBusy])

  return (
    <>
      <Heading title="Import and export" />
      <OutcomeText {...outcome} />
      <section className="panel" aria-labelledby={`${id}-in`}>
        <h2 id={`${id}-in`}>Import</h2>
        <p>
          A JSON file of records, as the command line and the Python library write it. An import never replaces newer
          state.
        </p>
        <Field label="Choose a file, or drop it anywhere on the board">
          {(id) => (
            <input
              id={id}
              type="file"
              accept=".json,application/json"
              multiple
              onChange={(event) => {
                queueFiles([...(event.target.files ?? [])])
                event.target.value = ""
              }}
            />
          )}
        </Field>
        {isBusy ? <p role="status">Importing …</p> : undefined}
      </section>
      {reports === undefined ? undefined : <Reports reports={reports} />}
      <section className="panel" aria-labelledby={`${id}-out`}>
        <h2 id={`${id}-out`}>Export</h2>
        <p>All {cards.size} handoffs with their trails, in the same format.</p>
        <button
          type="button"
          aria-disabled={isBusy}
          onClick={() =>
            void perform(async () => {
              save(await exportText(handoffs))
              return "Exported as handoffs.json."
            })
          }
        >
          Export all
        </button>
      </section>
      <VerifyAll />
      <StoragePanel />
    </>
  )
}
