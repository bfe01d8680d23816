import type { RoutingDecision } from "@aumai/handoff"
import { type FormEvent, useEffect, useId, useState } from "react"

import { Said, useAttempt } from "../Attempt.tsx"
import { useBoard, useNames } from "../Context.ts"
import { Heading } from "../Heading.tsx"
import { jsonOf } from "../JsonText.ts"
import { hrefOf } from "../Route.ts"
import { sentenceOf } from "../Sentence.ts"
import { me, useSetting } from "../Setting.ts"
import { listed } from "../Words.ts"

const requiring = (text: string) => {
  const requires = listed(text)
  return requires.length === 0 ? {} : { requires }
}

const Preview = ({ fromAgent, task, requires }: Readonly<Record<"fromAgent" | "task" | "requires", string>>) => {
  const { handoffs } = useBoard()
  const [answer, setAnswer] = useState<RoutingDecision | string>()
  useEffect(() => {
    const left = new AbortController()
    const ask = async (): Promise<void> => {
      const question = { fromAgent, taskDescription: task, ...requiring(requires) }
      try {
        const choice = await handoffs.route(question, { signal: left.signal })
        setAnswer(choice ?? "Nobody can take it: register an agent who can, or name the receiver.")
      } catch (error) {
        if (!left.signal.aborted) setAnswer(sentenceOf(error))
      }
    }
    if (fromAgent !== "" && task !== "") void ask()
    return () => left.abort()
  }, [handoffs, fromAgent, task, requires])

  if (fromAgent === "" || task === "") return "Fill in the sender and the task to see who would get it."
  if (answer === undefined || typeof answer === "string") return answer
  const others = answer.runnersUp.map(({ agent }) => agent)
  return (
    <>
      <strong>{answer.agent}</strong> would get it: {answer.reason}.
      {others.length === 0 ? "" : ` After that: ${others.join(", ")}.`}
    </>
  )
}

export const CreatePage = () => {
  const { handoffs } = useBoard()
  const names = useNames()
  const actor = useSetting(me)
  const id = useId()
  const [fromAgent, setFrom] = useState(actor)
  const [toAgent, setTo] = useState("")
  const [task, setTask] = useState("")
  const [requires, setRequires] = useState("")
  const [priority, setPriority] = useState(5)
  const [deadline, setDeadline] = useState("")
  const [context, setContext] = useState("")
  const [said, attempt] = useAttempt()

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void attempt(async () => {
      const { recordId } = await handoffs.create({
        fromAgent,
        ...(toAgent === "" ? requiring(requires) : { toAgent }),
        taskDescription: task,
        context: jsonOf("context", context),
        priority,
        deadline: deadline === "" ? undefined : new Date(deadline)
      })
      location.hash = hrefOf(recordId)
      return undefined
    })
  }

  return (
    <>
      <Heading title="New handoff" />
      <form className="panel form" onSubmit={submit} aria-label="New handoff">
        <datalist id={`${id}-names`}>
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <div className="pair">
          <div className="field">
            <label htmlFor={`${id}-from`}>Sender</label>
            <input
              id={`${id}-from`}
              list={`${id}-names`}
              required
              autoComplete="off"
              value={fromAgent}
              onChange={(event) => setFrom(event.target.value)}
            />
          </div>
          <div className="field">
            <label htmlFor={`${id}-to`}>Receiver</label>
            <input
              id={`${id}-to`}
              list={`${id}-names`}
              autoComplete="off"
              placeholder="the router chooses"
              value={toAgent}
              onChange={(event) => setTo(event.target.value)}
            />
          </div>
        </div>
        <div className="field">
          <label htmlFor={`${id}-task`}>Task</label>
          <textarea
            id={`${id}-task`}
            required
            rows={3}
            value={task}
            onChange={(event) => setTask(event.target.value)}
          />
        </div>
        {toAgent === "" ? (
          <>
            <div className="field">
              <label htmlFor={`${id}-requires`}>Required capabilities, with commas between (optional)</label>
              <input
                id={`${id}-requires`}
                autoComplete="off"
                value={requires}
                onChange={(event) => setRequires(event.target.value)}
              />
            </div>
            <p className="note" role="status" aria-label="Routing preview">
              <Preview fromAgent={fromAgent} task={task} requires={requires} />
            </p>
          </>
        ) : undefined}
        <div className="pair">
          <div className="field">
            <label htmlFor={`${id}-priority`}>Priority, 1 to 10</label>
            <input
              id={`${id}-priority`}
              type="number"
              min={1}
              max={10}
              value={priority}
              onChange={(event) => setPriority(Number(event.target.value))}
            />
          </div>
          <div className="field">
            <label htmlFor={`${id}-deadline`}>Deadline (optional)</label>
            <input
              id={`${id}-deadline`}
              type="datetime-local"
              value={deadline}
              onChange={(event) => setDeadline(event.target.value)}
            />
          </div>
        </div>
        <div className="field">
          <label htmlFor={`${id}-context`}>Context, as JSON (optional)</label>
          <textarea
            id={`${id}-context`}
            className="code"
            rows={5}
            placeholder='{ "patient": "M. R.", "bed": "ER 2" }'
            value={context}
            onChange={(event) => setContext(event.target.value)}
          />
        </div>
        <Said {...said} />
        <div className="actions">
          <button type="submit" className="primary" disabled={said.isBusy}>
            Hand it over
          </button>
        </div>
      </form>
    </>
  )
}
