import { isOpen, statuses } from "@aumai/handoff"
import { type ReactNode, useMemo, useState } from "react"

import { lanesOf } from "../data/Board.ts"
import { isOverdue } from "../data/Card.ts"
import { useSnapshot } from "../data/Context.ts"
import { bucketsOf, waitedOfAll } from "../data/Series.ts"
import { momentText, tookText, useNow } from "../data/Time.ts"
import { Chart } from "../ui/Chart.tsx"
import { Field } from "../ui/Field.tsx"
import { Heading } from "../ui/Heading.tsx"
import { statusWords } from "../words/Words.ts"

type Lanes = ReturnType<typeof lanesOf>

const Outcomes = ({ lanes, total }: { readonly lanes: Lanes; readonly total: number }) => (
  <figure className="panel chart">
    <figcaption>
      <h2>Outcomes</h2>
    </figcaption>
    <table className="bars">
      <caption className="hidden">Handoffs by status</caption>
      <thead className="hidden">
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Share</th>
          <th scope="col">Handoffs</th>
        </tr>
      </thead>
      <tbody>
        {statuses.map((status) => {
          const share = `${((100 * lanes[status].length) / total).toFixed(0)} %`
          return (
            <tr key={status} data-status={status}>
              <th scope="row">{statusWords[status]}</th>
              <td>
                <div className="bar">
                  <span className="filled" style={{ inlineSize: share.replace(" ", "") }} />
                  <span className="hidden">{share}</span>
                </div>
              </td>
              <td className="number">{lanes[status].length}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  </figure>
)

const Tile = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className="tile">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const seconds = (milliseconds: number | undefined): number | null =>
  milliseconds === undefined ? null : milliseconds / 1000

const secondsText = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? "" : (milliseconds / 1000).toFixed(1)

// In milliseconds.
const spans = {
  "All time": Infinity,
  "The last hour": 3_600_000,
  "The last day": 86_400_000,
  "The last week": 7 * 86_400_000
}

export const ChartsPage = () => {
  const snapshot = useSnapshot()
  const now = useNow()
  const [span, setSpan] = useState(Infinity)
  // Rounded to the minute, so that the series are computed again once a minute and not every second.
  const since = span === Infinity ? -Infinity : Math.floor(now / 60_000) * 60_000 - span
  const shown = useMemo(() => {
    const lanes = lanesOf(snapshot.lanes, ({ createdAt }) => createdAt >= since)
    const cards = statuses.flatMap((status) => lanes[status])
    const buckets = bucketsOf(cards)
    return {
      lanes,
      cards,
      buckets,
      waited: waitedOfAll(cards),
      at: buckets.map(({ at }) => at),
      throughput: [
        { name: "Created", colour: "--accent", values: buckets.map(({ created }) => created) },
        { name: "Ended", colour: "--good", values: buckets.map(({ ended }) => ended) }
      ],
      waiting: [
        { name: "Median", colour: "--accent", values: buckets.map(({ waited }) => seconds(waited?.median)) },
        { name: "95th percentile", colour: "--warn", values: buckets.map(({ waited }) => seconds(waited?.p95)) }
      ]
    }
  }, [snapshot.lanes, since])
  const { lanes, cards, buckets, waited, at, throughput, waiting } = shown

  const choice = (
    <Field label="Created in">
      {(id) => (
        <select id={id} value={span} onChange={(event) => setSpan(Number(event.target.value))}>
          {Object.entries(spans).map(([name, length]) => (
            <option key={name} value={length}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
  if (buckets.length === 0) {
    return (
      <>
        <Heading title="Charts">{choice}</Heading>
        <p className="nothing">No handoffs to draw.</p>
      </>
    )
  }
  return (
    <>
      <Heading title="Charts">{choice}</Heading>
      <dl className="tiles">
        <Tile name="Handoffs">{cards.length}</Tile>
        <Tile name="Open">{cards.filter(({ status }) => isOpen(status)).length}</Tile>
        <Tile name="Overdue">{cards.filter((card) => isOverdue(card, now)).length}</Tile>
        <Tile name="Median time to answer">{waited === undefined ? "–" : tookText(waited.median)}</Tile>
        <Tile name="95th percentile">{waited === undefined ? "–" : tookText(waited.p95)}</Tile>
      </dl>
      <Chart title="Throughput" unit="handoffs" isCount at={at} lines={throughput}>
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">Created</th>
              <th scope="col">Ended</th>
            </tr>
          </thead>
          <tbody>
            {buckets.map(({ at, created, ended }) => (
              <tr key={at}>
                <th scope="row">{momentText(at)}</th>
                <td className="number">{created}</td>
                <td className="number">{ended}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Chart>
      <Chart title="Time to the first answer" unit="seconds" at={at} lines={waiting}>
        <table>
          <thead>
            <tr>
              <th scope="col">Created from</th>
              <th scope="col">Median, in seconds</th>
              <th scope="col">95th percentile, in seconds</th>
            </tr>
          </thead>
          <tbody>
            {buckets.map(({ at, waited }) => (
              <tr key={at}>
                <th scope="row">{momentText(at)}</th>
                <td className="number">{secondsText(waited?.median)}</td>
                <td className="number">{secondsText(waited?.p95)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Chart>
      <Outcomes lanes={lanes} total={cards.length} />
    </>
  )
}
