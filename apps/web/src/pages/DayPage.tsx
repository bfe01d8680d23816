import { useEffect, useId, useMemo, useRef, useSyncExternalStore } from "react"

import { lanesOf } from "../data/Board.ts"
import { useBoard, useSnapshot } from "../data/Context.ts"
import { hrefOf } from "../data/Route.ts"
import { dayOf, type StoryLine } from "../day/Day.ts"
import { Lanes } from "../lanes/Lanes.tsx"
import { Heading } from "../ui/Heading.tsx"

const speeds = [0.5, 1, 2, 5, 20]

const Story = ({ story }: { readonly story: ReadonlyArray<StoryLine> }) => {
  const scroller = useRef<HTMLDivElement>(null)
  useEffect(() => {
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight })
  }, [story])
  return (
    <div className="story" ref={scroller} tabIndex={0} role="log" aria-label="The story so far">
      <ol>
        {story.map(({ clock, text, recordId }) => (
          <li key={clock}>
            <time>{clock}</time>
            <span>
              {text}{" "}
              {recordId === undefined ? undefined : (
                <a href={hrefOf(recordId)} aria-label={`Open the handoff of ${clock}`}>
                  Open
                </a>
              )}
            </span>
          </li>
        ))}
      </ol>
    </div>
  )
}

export const DayPage = () => {
  const { handoffs } = useBoard()
  const snapshot = useSnapshot()
  const day = dayOf(handoffs)
  const { story, isPlaying, isOver, speed, length, recordIds } = useSyncExternalStore(day.subscribe, day.snapshot)
  const id = useId()
  const lanes = useMemo(
    () => lanesOf(snapshot.lanes, ({ recordId }) => recordIds.has(recordId)),
    [snapshot.lanes, recordIds]
  )
  return (
    <>
      <Heading title="ER to ICU" />
      <p className="lead">
        A morning in a hospital, in under a minute: eight agents hand a patient on, and at every moment it is clear who
        has her. These are real handoffs in this browser’s store.
      </p>
      <div className="controls">
        {isPlaying ? (
          <button type="button" className="primary" onClick={day.pause}>
            Pause
          </button>
        ) : (
          <button type="button" className="primary" onClick={day.play}>
            {isOver ? "Play again" : "Play"}
          </button>
        )}
        <button type="button" onClick={day.next}>
          Next step
        </button>
        <div className="inline-field">
          <label htmlFor={id}>Speed</label>
          <select id={id} value={speed} onChange={(event) => day.setSpeed(Number(event.target.value))}>
            {speeds.map((value) => (
              <option key={value} value={value}>
                {value}×
              </option>
            ))}
          </select>
        </div>
        <progress value={story.length} max={length} aria-label={`${story.length} of ${length} steps`} />
      </div>
      {story.length === 0 ? undefined : <Story story={story} />}
      <Lanes lanes={lanes} />
    </>
  )
}
