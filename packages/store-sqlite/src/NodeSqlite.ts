const load = () => {
  const emitWarning = process.emitWarning.bind(process)
  // Node 22, and 24 up to 24.14, warn that SQLite is experimental. Choosing this store is the decision to use it.
  process.emitWarning = (warning: string | Error, ...rest: ReadonlyArray<unknown>) => {
    if (String(warning).includes("SQLite is an experimental")) return
    // TypeScript cannot forward arguments to the overloads of emitWarning.
    Reflect.apply(emitWarning, undefined, [warning, ...rest])
  }
  try {
    return process.getBuiltinModule("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
}

/** `node:sqlite`, loaded without its warning that it is experimental. */
export const { DatabaseSync } = load()
