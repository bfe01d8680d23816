const load = () => {
  const emitWarning = process.emitWarning.bind(process)
  // Node 22 and 24 up to 24.14 announce that SQLite is experimental; whoever chose this store knows.
  process.emitWarning = (warning: string | Error, ...rest: ReadonlyArray<unknown>) => {
    if (String(warning).includes("SQLite is an experimental")) return
    // The overloads of emitWarning cannot be passed on in any other way.
    Reflect.apply(emitWarning, undefined, [warning, ...rest])
  }
  try {
    return process.getBuiltinModule("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
}

/** `node:sqlite`, without its warning. */
export const { DatabaseSync } = load()
