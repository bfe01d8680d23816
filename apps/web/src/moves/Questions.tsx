import { type FormEvent, type ReactNode, useId, useState } from "react"

import { Field } from "../ui/Field.tsx"
import { Names } from "../ui/Names.tsx"

/** What was said, by the key of each question; nothing said is an empty text. */
export type Said = (key: string) => string

interface Asked {
  readonly key: string
  readonly label: string
  readonly isRequired?: boolean
  /** What stands in the field at first. */
  readonly value?: string
  readonly example?: string
  /** What several questions that follow each other are about. */
  readonly about?: { readonly key: string; readonly name: string }
}

/** One thing that may be said with a move, and how it is typed. */
export type Question = Asked &
  (
    | { readonly kind: "text" | "json" | "line" | "agent" | "moment" | "check" }
    | { readonly kind: "number"; readonly min: number; readonly max: number }
    | { readonly kind: "choice"; readonly options: ReadonlyArray<readonly [value: string, name: string]> }
  )

interface ControlProperties {
  readonly id: string
  readonly question: Question
  readonly names: string
  readonly value: string
  readonly isFirst: boolean
  readonly say: (value: string) => void
}

// As what a person has just asked for appears; `autofocus` only works on what the browser itself has loaded.
const focus = (control: HTMLElement | null): void => control?.focus()

const Control = ({ id, question, names, value, isFirst, say }: ControlProperties) => {
  const { example, isRequired } = question
  const common = {
    id,
    value,
    required: isRequired,
    ...(isFirst ? { ref: focus } : {}),
    onChange: (event: { readonly target: { readonly value: string } }) => say(event.target.value)
  }
  switch (question.kind) {
    case "text":
      return <textarea {...common} rows={2} placeholder={example} />
    case "json":
      return <textarea {...common} rows={5} className="code" placeholder={example} spellCheck={false} />
    case "line":
      return <input {...common} autoComplete="off" placeholder={example} />
    case "agent":
      return <input {...common} autoComplete="off" spellCheck={false} list={names} placeholder={example} />
    case "moment":
      return <input {...common} type="datetime-local" />
    case "number":
      return <input {...common} type="number" min={question.min} max={question.max} placeholder={example} />
    case "check":
      return (
        <input
          id={id}
          type="checkbox"
          checked={value !== ""}
          onChange={(event) => say(event.target.checked ? "yes" : "")}
        />
      )
    case "choice":
      return (
        <select {...common}>
          {question.options.map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      )
  }
}

/** Questions about the same thing together, in their order. */
const groupsOf = (
  questions: ReadonlyArray<Question>
): ReadonlyArray<readonly [Question, ...ReadonlyArray<Question>]> => {
  const groups: Array<[Question, ...Array<Question>]> = []
  for (const question of questions) {
    const last = groups.at(-1)
    if (last !== undefined && question.about !== undefined && last[0].about?.key === question.about.key)
      last.push(question)
    else groups.push([question])
  }
  return groups
}

interface AskProperties {
  /** What is done once all is said. */
  readonly name: string
  readonly isGrave: boolean
  readonly questions: ReadonlyArray<Question>
  readonly isBusy: boolean
  readonly act: (said: Said) => void
  readonly back: () => void
}

/** What has to be said before a move is made. */
export const Ask = ({ name, isGrave, questions, isBusy, act, back }: AskProperties) => {
  const names = useId()
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({})
  const valueOf = ({ key, value = "" }: Question): string => said[key] ?? value
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const values = new Map(questions.map((question) => [question.key, valueOf(question)]))
    act((key) => values.get(key) ?? "")
  }
  const control = (id: string, question: Question): ReactNode => (
    <Control
      id={id}
      question={question}
      names={names}
      value={valueOf(question)}
      isFirst={question === questions[0]}
      say={(value) => setSaid({ ...said, [question.key]: value })}
    />
  )
  const field = (question: Question): ReactNode =>
    question.kind === "check" ? (
      <label key={question.key} className="check" htmlFor={`${names}-${question.key}`}>
        {control(`${names}-${question.key}`, question)}
        {question.label}
      </label>
    ) : (
      <Field key={question.key} label={question.label}>
        {(id) => control(id, question)}
      </Field>
    )
  return (
    <form onSubmit={submit} aria-label={name}>
      <Names id={names} />
      {groupsOf(questions).map(([first, ...others]) =>
        first.about === undefined ? (
          field(first)
        ) : (
          <fieldset key={first.about.key}>
            <legend>{first.about.name}</legend>
            {[first, ...others].map(field)}
          </fieldset>
        )
      )}
      <div className="actions">
        <button type="submit" className={isGrave ? "grave" : "primary"} aria-disabled={isBusy}>
          Confirm: {name}
        </button>
        <button type="button" onClick={back}>
          Back
        </button>
      </div>
    </form>
  )
}
