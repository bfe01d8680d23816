import { isOpen } from "@aumai/handoff-protocol"
import { useMemo } from "react"

import { statuses } from "../Board.ts"
import { Chart } from "../Chart.tsx"
import { useSnapshot } from "../Context.ts"
import { Heading } from "../Heading.tsx"
import { bucketsOf } from "../Series.ts"
import { momentText } from "../Time.ts"
import { statusWords } from "../Words.ts"

const Outcomes = () => {
  const { lanes, cards } = useSnapshot()
  return (
    <figure className="panel chart">
      <figcaption>
        <h2>Outcomes</h2>
      </figcaption>
      <table className="bars">
        <caption className="hidden">How many handoffs stand where</caption>
        <thead className="hidden">
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Share</th>
            <th scope="col">Handoffs</th>
          </tr>
        </thead>
        <tbody>
          {statuses.map((status) => (
            <tr key={status}>
              <th scope="row">{statusWords[status]}</th>
              <td>
                <meter
                  min={0}
                  max={cards.size}
                  value={lanes[status].length}
                  aria-label={`Share of ${statusWords[status]}`}
                  data-open={isOpen(status)}
                />
              </td>
              <td className="number">{lanes[status].length}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}

const text = (value: number | undefined): string => (value === undefined ? "" : (value / 1000).toFixed(1))

export const ChartsPage = () => {
  const snapshot = useSnapshot()
  const buckets = useMemo(() => bucketsOf(snapshot.cards.values()), [snapshot])
  const { at, throughput, waiting } = useMemo(
    () => ({
      at: buckets.map(({ at }) => at),
      throughput: [
        { name: "Created", colour: "--accent", values: buckets.map(({ created }) => created) },
        { name: "Ended", colour: "--good", values: buckets.map(({ ended }) => ended) }
      ],
      waiting: [
        {
          name: "Waited",
          colour: "--warn",
          values: buckets.map(({ waited }) => (waited === undefined ? null : waited / 1000))
        }
      ]
    }),
    [buckets]
  )
  if (buckets.length === 0) {
    return (
      <>
        <Heading title="Charts" />
        <p className="nothing">There is nothing to draw yet: no handoffs.</p>
      </>
    )
  }
  return (
    <>
      <Heading title="Charts" />
      <Chart title="Throughput" unit="handoffs" at={at} lines={throughput}>
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
      <Chart title="Waiting time until the first answer" unit="seconds" at={at} lines={waiting}>
        <table>
          <thead>
            <tr>
              <th scope="col">Created from</th>
              <th scope="col">Mean seconds until the answer</th>
            </tr>
          </thead>
          <tbody>
            {buckets.map(({ at, waited }) => (
              <tr key={at}>
                <th scope="row">{momentText(at)}</th>
                <td className="number">{text(waited)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Chart>
      <Outcomes />
    </>
  )
}
