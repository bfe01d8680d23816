/** How changesets become CHANGELOG.md. That the packages of one release need one another goes without saying there. */

/** A changeset as an item of a list. */
export const getReleaseLine = ({ summary }: { readonly summary: string }): string =>
  `- ${summary.trim().replaceAll("\n", "\n  ")}`

/** Nothing. */
export const getDependencyReleaseLine = (): string => ""
