import { type FormEvent, type ReactNode, useId } from "react"

import { useDraft } from "../data/Draft.ts"
import { Field } from "../ui/Field.tsx"
import { Names } from "../ui/Names.tsx"

/** Returns the value of the field with this key; an empty string if nothing was entered. */
export type Values = (key: string) => string

interface FieldCommon {
  readonly key: string
  /** The label, which may quote others. */
  readonly label: string
  readonly isRequired?: boolean
  /** The initial value. */
  readonly value?: string
  readonly example?: string
  /** The subject that adjacent fields share; they are shown as a group under its name. */
  readonly about?: { readonly key: string; readonly name: string }
}

/** A field of the form of a move. */
export type FormField = FieldCommon &
  (
    | { readonly kind: "text" | "json" | "line" | "agent" | "moment" | "check" }
    | { readonly kind: "number"; readonly min: number; readonly max: number }
    | { readonly kind: "choice"; readonly options: ReadonlyArray<readonly [value: string, name: string]> }
  )

interface ControlProperties {
  readonly id: string
  readonly field: FormField
  readonly names: string
  readonly value: string
  readonly isFirst: boolean
  readonly change: (value: string) => void
}

// Focuses the first field when the form appears; `autofocus` works only in documents that the browser loads.
const focus = (control: HTMLElement | null): void => control?.focus()

const Control = ({ id, field, names, value, isFirst, change }: ControlProperties) => {
  const { example, isRequired } = field
  const common = {
    id,
    value,
    required: isRequired,
    ...(isFirst ? { ref: focus } : {}),
    onChange: (event: { readonly target: { readonly value: string } }) => change(event.target.value)
  }
  switch (field.kind) {
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
      return <input {...common} type="number" min={field.min} max={field.max} placeholder={example} />
    case "check":
      return (
        <input
          id={id}
          type="checkbox"
          checked={value !== ""}
          onChange={(event) => change(event.target.checked ? "yes" : "")}
        />
      )
    case "choice":
      return (
        <select {...common}>
          {field.options.map(([option, name]) => (
            <option key={option} value={option} dir="auto">
              {name}
            </option>
          ))}
        </select>
      )
  }
}

/** Groups adjacent fields that share a subject. */
const groupsOf = (
  fields: ReadonlyArray<FormField>
): ReadonlyArray<readonly [FormField, ...ReadonlyArray<FormField>]> => {
  const groups: Array<[FormField, ...Array<FormField>]> = []
  for (const field of fields) {
    const last = groups.at(-1)
    if (last !== undefined && field.about !== undefined && last[0].about?.key === field.about.key) last.push(field)
    else groups.push([field])
  }
  return groups
}

interface MoveFormProperties {
  /** The name of the move. */
  readonly name: string
  readonly isDestructive: boolean
  readonly fields: ReadonlyArray<FormField>
  readonly isBusy: boolean
  /** The name of its draft. */
  readonly form: string
  /** Makes the move; `forget` removes the draft. */
  readonly act: (values: Values, forget: () => void) => void
  readonly back: () => void
}

/** The form that a move needs before it can be made. */
export const MoveForm = ({ name, isDestructive, fields, isBusy, form, act, back }: MoveFormProperties) => {
  const names = useId()
  const [entered, change, forget] = useDraft<Readonly<Record<string, string>>>(form, () => ({}))
  const valueOf = ({ key, value = "" }: FormField): string => entered[key] ?? value
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const values = new Map(fields.map((field) => [field.key, valueOf(field)]))
    act((key) => values.get(key) ?? "", forget)
  }
  const control = (id: string, field: FormField): ReactNode => (
    <Control
      id={id}
      field={field}
      names={names}
      value={valueOf(field)}
      isFirst={field === fields[0]}
      change={(value) => change({ [field.key]: value })}
    />
  )
  const field = (field: FormField): ReactNode =>
    field.kind === "check" ? (
      <label key={field.key} className="check" htmlFor={`${names}-${field.key}`}>
        {control(`${names}-${field.key}`, field)}
        {field.label}
      </label>
    ) : (
      <Field key={field.key} label={<bdi>{field.label}</bdi>}>
        {(id) => control(id, field)}
      </Field>
    )
  return (
    <form onSubmit={submit} aria-label={name}>
      <Names id={names} />
      {groupsOf(fields).map(([first, ...others]) =>
        first.about === undefined ? (
          field(first)
        ) : (
          <fieldset key={first.about.key}>
            <legend>
              <bdi>{first.about.name}</bdi>
            </legend>
            {[first, ...others].map(field)}
          </fieldset>
        )
      )}
      <div className="actions">
        <button type="submit" className={isDestructive ? "danger" : "primary"} aria-disabled={isBusy}>
          Confirm: {name}
        </button>
        <button type="button" onClick={back}>
          Back
        </button>
      </div>
    </form>
  )
}
