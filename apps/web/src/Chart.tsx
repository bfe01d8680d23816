import { type ReactNode, useEffect, useRef } from "react"
import UPlot from "uplot"

import { theme, useSetting } from "./Setting.ts"

export interface Line {
  readonly name: string
  /** The custom property with its colour. */
  readonly colour: string
  readonly values: ReadonlyArray<number | null>
}

interface Properties {
  readonly title: string
  readonly unit: string
  /** Milliseconds since 1970. */
  readonly at: ReadonlyArray<number>
  readonly lines: ReadonlyArray<Line>
  /** The same as a table. */
  readonly children: ReactNode
}

const height = 220

const draw = (place: HTMLElement, { at, lines, unit }: Properties): UPlot => {
  const style = getComputedStyle(place)
  const ink = style.getPropertyValue("--muted")
  const axis = { stroke: ink, grid: { stroke: style.getPropertyValue("--line"), width: 1 }, ticks: { show: false } }
  return new UPlot(
    {
      width: place.clientWidth,
      height,
      cursor: { drag: { x: false, y: false } },
      axes: [axis, { ...axis, label: unit, labelSize: 24, size: 48 }],
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      series: [
        {},
        ...lines.map(({ name, colour }) => ({
          label: name,
          stroke: style.getPropertyValue(colour),
          width: 2,
          spanGaps: true,
          points: { show: at.length < 30 }
        }))
      ]
    },
    [at.map((moment) => moment / 1000), ...lines.map(({ values }) => [...values])],
    place
  )
}

/** A line chart. Whoever cannot see it finds the same numbers in the table below. */
export const Chart = (properties: Properties) => {
  const place = useRef<HTMLDivElement>(null)
  const chosen = useSetting(theme)
  const { at, lines } = properties
  useEffect(() => {
    const element = place.current
    if (element === null) return undefined
    let plot = draw(element, properties)
    const again = (): void => {
      plot.destroy()
      plot = draw(element, properties)
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
    // The others follow from these.
  }, [at, lines, chosen])
  return (
    <figure className="panel chart">
      <figcaption>
        <h2>{properties.title}</h2>
      </figcaption>
      <div ref={place} aria-hidden="true" />
      <details>
        <summary>As a table</summary>
        <div className="wide" tabIndex={0} role="group" aria-label={`${properties.title}, as a table`}>
          {properties.children}
        </div>
      </details>
    </figure>
  )
}
