import { useNames } from "../data/Context.ts"
import { nameText } from "../words/Visible.ts"

/** The names of all agents, as suggestions for fields that refer to this list. */
export const Names = ({ id }: { readonly id: string }) => (
  <datalist id={id}>
    {useNames().map((name) => (
      <option key={name} value={name} dir="auto">
        {nameText(name)}
      </option>
    ))}
  </datalist>
)
