/** The part of Vite's `import.meta` that the board reads. */
interface ImportMeta {
  readonly env: { readonly DEV: boolean }
}
