import { type ReactNode, useEffect, useRef } from "react"
import UPlot from "uplot"

import { theme, useSetting } from "../data/Setting.ts"
import { momentText } from "../data/Time.ts"

export interface Line {
  readonly name: string
  /** The CSS custom property that holds its colour. */
  readonly colour: string
  readonly values: ReadonlyArray<number | null>
}

interface Drawn {
  readonly unit: string
  /** `true` for whole numbers. */
  readonly isCount?: boolean
  /** Milliseconds since 1970. */
  readonly at: ReadonlyArray<number>
  readonly lines: ReadonlyArray<Line>
}

interface Properties extends Drawn {
  readonly title: string
  /** The same data as a table. */
  readonly children: ReactNode
}

const height = 220

// Seconds between marks: no finer than the buckets, in round units.
const marks = [
  1,
  5,
  15,
  60,
  300,
  900,
  3600,
  3 * 3600,
  6 * 3600,
  12 * 3600,
  ...[1, 2, 7, 14, 28, 91, 182, 365].map((days) => days * 86_400)
]
const wholes = [1, 2, 5, ...[10, 100, 1000, 10_000, 100_000].flatMap((unit) => [unit, 2.5 * unit, 5 * unit])]

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" })
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" })

/** The label of a mark on the time axis; `apart` is the distance to the next one in seconds. */
const markText = (seconds: number, apart: number): string =>
  (apart < 60 ? clockWithSeconds : apart < 86_400 ? clock : date).format(seconds * 1000)

const draw = (place: HTMLElement, { at, lines, unit, isCount = false }: Drawn): UPlot => {
  // A canvas cannot read custom properties, so the browser resolves them.
  const colourOf = (name: string): string => {
    place.style.color = `var(${name})`
    return getComputedStyle(place).color
  }
  const axis = { stroke: colourOf("--muted"), grid: { stroke: colourOf("--line"), width: 1 }, ticks: { show: false } }
  return new UPlot(
    {
      width: place.clientWidth,
      height,
      cursor: { drag: { x: false, y: false } },
      axes: [
        {
          ...axis,
          incrs: marks,
          space: 100,
          values: (_, at, __, ___, apart) => at.map((seconds) => markText(seconds, apart))
        },
        { ...axis, ...(isCount ? { incrs: wholes } : {}), label: unit, labelSize: 24, size: 56 }
      ],
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      series: [
        { label: "From", value: (_, seconds) => (seconds === null ? "–" : momentText(seconds * 1000)) },
        ...lines.map(({ name, colour }) => ({
          label: name,
          stroke: colourOf(colour),
          width: 2,
          value: (_: UPlot, value: number | null) =>
            value === null ? "–" : String(isCount ? value : value.toFixed(1)),
          spanGaps: true,
          points: { show: at.length < 30 }
        }))
      ]
    },
    [at.map((moment) => moment / 1000), ...lines.map(({ values }) => [...values])],
    place
  )
}

/** A line chart, with its numbers in a table below for screen readers. */
export const Chart = ({ title, unit, isCount = false, at, lines, children }: Properties) => {
  const place = useRef<HTMLDivElement>(null)
  const chosen = useSetting(theme)
  useEffect(() => {
    const element = place.current
    if (element === null) return undefined
    const drawn = () => draw(element, { unit, isCount, at, lines })
    let plot = drawn()
    const again = (): void => {
      plot.destroy()
      plot = drawn()
    }
    const dark = matchMedia("(prefers-color-scheme: dark)")
    dark.addEventListener("change", again)
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    return () => {
      dark.removeEventListener("change", again)
      resized.disconnect()
      plot.destroy()
    }
    // Depends on the theme because its colours are drawn.
  }, [unit, isCount, at, lines, chosen])
  return (
    <figure className="panel chart">
      <figcaption>
        <h2>{title}</h2>
      </figcaption>
      <div ref={place} aria-hidden="true" />
      <details>
        <summary>As a table</summary>
        <div className="wide" tabIndex={0} role="group" aria-label={`${title}, as a table`}>
          {children}
        </div>
      </details>
    </figure>
  )
}
