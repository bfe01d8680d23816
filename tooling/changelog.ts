/** Formats changesets for CHANGELOG.md. Packages always have the same version, so dependency updates are left out. */

/** Formats a changeset as a list item. */
export const getReleaseLine = ({ summary }: { readonly summary: string }): string =>
  `- ${summary.trim().replaceAll("\n", "\n  ")}`

/** Leaves out updates of workspace dependencies. */
export const getDependencyReleaseLine = (): string => ""
