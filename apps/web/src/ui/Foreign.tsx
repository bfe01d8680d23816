import { nameShown, proseShown } from "../words/Visible.ts"

/** Text of others, with hidden characters escaped, in an element whose direction does not reorder the text around it. */
export const Foreign = ({ children }: { readonly children: string }) => <bdi>{proseShown(children)}</bdi>

/** A name or an id of others, which also shows its blanks so that it cannot imitate another. */
export const Name = ({ children }: { readonly children: string }) => <bdi>{nameShown(children)}</bdi>

/** Names separated by commas. */
export const NameList = ({ of }: { readonly of: ReadonlyArray<string> }) =>
  [...of.entries()].map(([index, name]) => (
    <span key={index}>
      {index === 0 ? "" : ", "}
      <Name>{name}</Name>
    </span>
  ))
