import type { RoutingDecision } from "@aumai/handoff"
import { useEffect, useState } from "react"

import { useBoard } from "../data/Context.ts"
import { Foreign, Name, NameList } from "../ui/Foreign.tsx"
import { sentenceOf } from "../words/Sentence.ts"
import { listed } from "../words/Words.ts"

export const requiring = (text: string) => {
  const requires = listed(text)
  return requires.length === 0 ? {} : { requires }
}

// Milliseconds to wait after a key press, because a screen reader reads out every answer.
const typing = 400

/** The agent that the router would choose, and the reason. */
export const Preview = ({ fromAgent, task, requires }: Readonly<Record<"fromAgent" | "task" | "requires", string>>) => {
  const { handoffs } = useBoard()
  const [answer, setAnswer] = useState<RoutingDecision | string>()
  useEffect(() => {
    const left = new AbortController()
    const ask = async (): Promise<void> => {
      const question = { fromAgent, taskDescription: task, ...requiring(requires) }
      try {
        const choice = await handoffs.route(question, { signal: left.signal })
        setAnswer(choice ?? "No registered agent can take it; register one that can, or name the receiver.")
      } catch (error) {
        if (!left.signal.aborted) setAnswer(sentenceOf(error))
      }
    }
    const timer = fromAgent === "" || task === "" ? undefined : setTimeout(() => void ask(), typing)
    return () => {
      clearTimeout(timer)
      left.abort()
    }
  }, [handoffs, fromAgent, task, requires])

  if (fromAgent === "" || task === "") return "Fill in the sender and the task to preview the routing."
  if (answer === undefined || typeof answer === "string") return <bdi>{answer}</bdi>
  const others = answer.runnersUp.map(({ agent }) => agent)
  return (
    <>
      <strong>
        <Name>{answer.agent}</Name>
      </strong>{" "}
      would get it: <Foreign>{answer.reason}</Foreign>.
      {others.length === 0 ? undefined : (
        <>
          {" "}
          Next: <NameList of={others} />.
        </>
      )}
    </>
  )
}
