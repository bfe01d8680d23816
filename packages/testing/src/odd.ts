/** Files of a JSON store with a record that cannot be read. */

/** A record as the Python library writes it. */
export const plainRecord = (id: string, more: Readonly<Record<string, unknown>> = {}) => ({
  record_id: id,
  request: {
    from_agent: "planner",
    to_agent: "executor",
    task_description: "Übergabe 引き渡し",
    context: {},
    priority: 5,
    deadline: null
  },
  response: null,
  status: "pending",
  result: {},
  created_at: "2026-01-01T00:00:00.000000Z",
  updated_at: "2026-01-01T00:00:00.000000Z",
  ...more
})

const withContext = (context: unknown) => {
  const record = plainRecord("odd")
  return { ...record, request: { ...record.request, context } }
}

/** A kind of record that cannot be read. */
export interface OddKind {
  readonly name: string
  readonly value: unknown
  /** The spelling of the text `@`, which `JSON.stringify` cannot write. */
  readonly literal?: string
  /** The encoding, if it is not UTF-8. */
  readonly encoding?: "latin1"
  /** False if the id cannot be read. */
  readonly hasId?: false
}

/** Every kind; each value with an id has the id `odd`. */
export const oddKinds: ReadonlyArray<OddKind> = [
  { name: "a 64-bit integer", value: withContext({ n: "@" }), literal: "9007199254740993" },
  { name: "NaN", value: withContext({ n: "@" }), literal: "NaN" },
  { name: "Infinity", value: withContext({ deep: [{ n: "@" }] }), literal: "-Infinity" },
  { name: "a key twice", value: withContext({ n: "@" }), literal: `1, "n": 2` },
  { name: "a context of 10 MB", value: withContext({ text: "x".repeat(10_000_000) }) },
  { name: "a context with half of a surrogate pair", value: withContext({ text: "@" }), literal: `"\\ud800"` },
  { name: "a context with a raw line feed", value: withContext({ text: "@" }), literal: `"a\n  },\n  {\nb"` },
  { name: "bytes that are not UTF-8", value: withContext({ text: "Übergabe" }), encoding: "latin1" },
  { name: "an unknown status", value: plainRecord("odd", { status: "sleeping" }) },
  { name: "a request of a wrong type", value: plainRecord("odd", { request: 5 }) },
  {
    name: "a priority of a wrong type",
    value: plainRecord("odd", { request: { ...plainRecord("").request, priority: "high" } })
  },
  { name: "a history that breaks the lifecycle", value: plainRecord("odd", { history: [{ _tag: "Started" }] }) },
  { name: "an empty id", value: plainRecord(""), hasId: false },
  { name: "an id that is a number", value: { ...plainRecord(""), record_id: 7 }, hasId: false },
  { name: "no id", value: { ...plainRecord(""), record_id: undefined }, hasId: false },
  { name: "a number", value: 7_766_554_433, hasId: false },
  { name: "a record of another kind", value: { agent_id: "executor", capabilities: null }, hasId: false },
  { name: "a text", value: `[{"record_id": "odd"}]`, hasId: false },
  { name: "an array", value: [plainRecord("odd")], hasId: false }
]

/** A layout of the file. */
export interface Layout {
  readonly name: string
  readonly space: string | undefined
  readonly before: string
  readonly newline: string
}

export const layouts: ReadonlyArray<Layout> = [
  { name: "indented by two", space: "  ", before: "", newline: "\n" },
  { name: "compact", space: undefined, before: "", newline: "" },
  { name: "tabs, CRLF and a byte order mark", space: "\t", before: "\uFEFF", newline: "\r\n" }
]

const textOf = (value: unknown, { newline, space = "" }: Layout): string =>
  JSON.stringify(value, undefined, space).split("\n").join(`${newline}${space}`)

/** The bytes of an odd record in a layout. */
export const oddBytes = ({ encoding, literal, value }: OddKind, layout: Layout): Buffer => {
  const text = textOf(value, layout)
  return Buffer.from(literal === undefined ? text : text.replace(`"@"`, literal), encoding ?? "utf8")
}

/** A file with these elements in a layout. A buffer is an element as it stands. */
export const fileWith = (elements: ReadonlyArray<unknown>, layout: Layout): Buffer => {
  const { before, newline, space = "" } = layout
  const pieces = elements.flatMap((element, index) => [
    Buffer.from(`${index === 0 ? "" : ","}${newline}${space}`),
    Buffer.isBuffer(element) ? element : Buffer.from(textOf(element, layout))
  ])
  return Buffer.concat([Buffer.from(`${before}[`), ...pieces, Buffer.from(`${newline}]${newline}`)])
}

/** Puts an element among others, at the first, middle or last place. */
export const placed = (others: ReadonlyArray<unknown>, element: unknown, place: "first" | "middle" | "last") => {
  const index = place === "first" ? 0 : place === "last" ? others.length : Math.floor(others.length / 2)
  return { elements: others.toSpliced(index, 0, element), index }
}
