/** Whether JSON says exactly what was understood of it: what nobody knows is not dropped in silence. */

/** Where JSON as it was read is not what would be written of what was understood. */
export interface Difference {
  readonly path: string
  /** There is something that is not known, something is missing, or it is something else. */
  readonly what: "unknown" | "missing" | "other"
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const below = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`)

/** Every place where the two differ; objects by their keys in any order. */
export const differences = (read: unknown, written: unknown, path = ""): ReadonlyArray<Difference> => {
  if (Array.isArray(read) && Array.isArray(written) && read.length === written.length) {
    return read.flatMap((item, index) => differences(item, written[index], `${path}[${index}]`))
  }
  if (isObject(read) && isObject(written)) {
    const keys = new Set([...Object.keys(read), ...Object.keys(written)])
    return [...keys].flatMap((key): ReadonlyArray<Difference> => {
      if (!Object.hasOwn(written, key)) return [{ path: below(path, key), what: "unknown" }]
      if (!Object.hasOwn(read, key)) return [{ path: below(path, key), what: "missing" }]
      return differences(read[key], written[key], below(path, key))
    })
  }
  return Object.is(read, written) ? [] : [{ path, what: "other" }]
}

/** What is at a place of some JSON that has just been walked to. */
const valueAt = (json: unknown, path: string): unknown =>
  path
    .split(/[.[\]]/)
    .filter((step) => step !== "")
    .reduce<unknown>(
      (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
      json
    )

/** The keys that were not understood, by path. What is null is as good as absent. */
export const strays = (read: unknown, written: unknown): ReadonlyArray<string> =>
  differences(read, written)
    .filter(({ path, what }) => what === "unknown" && valueAt(read, path) !== null)
    .map(({ path }) => path)
