/**
 * The limits of the parts of a handoff, with their reasons. Every decoder checks them, so that all stores and doors accept
 * the same handoffs.
 */
export const limits = {
  /** UTF-16 code units of a record id, an agent id or a capability: these are index keys, and people and models copy them. */
  nameLength: 128,
  /** UTF-8 bytes of a task description or a reason, 64 KiB: enough for the instructions of a model; larger data belongs in the context. */
  textBytes: 64 * 1024,
  /** UTF-8 bytes of the stack of an error in an event, 8 KiB: a hundred frames. */
  stackBytes: 8 * 1024,
  /** UTF-8 bytes of an encoded context, result, briefing or hand-back, and of all deliverables or artifacts together, 1 MiB: PostgreSQL, IndexedDB and HTTP carry that without special settings. */
  jsonBytes: 1024 * 1024,
  /** UTF-8 bytes of a JSON Schema as JSON, 64 KiB, judged by `create`: thirty times the longest in use, and judged within milliseconds. */
  schemaBytes: 64 * 1024,
  /** UTF-8 bytes of all arguments of one call as JSON, 12 MiB: a record with all its parts at their limits, which is the cursor of a page. */
  callBytes: 12 * 1024 * 1024,
  /** Items of an array or fields of an object in the arguments of a call, outside of the caller's JSON: forty times the longest list that is valid. */
  items: 10_000,
  /** Records of one page: a store reads a page as a whole, and 10,000 records of a few kilobytes fit in any program. */
  page: 10_000,
  /** Levels of arrays and objects in a context or result. JSON.stringify and most parsers have a limit of depth, which is above this one. */
  nesting: 128,
  /** Milliseconds of a lease or a reminder, 10,000 days: a longer time is a mistake, and sums with a moment stay exact. */
  durationMilliseconds: 10_000 * 86_400_000,
  /** Sentences in each list of a hand-back. */
  points: 128,
  /** Attempts that a request may allow each receiver, and the default. */
  attempts: 1000,
  defaultAttempts: 3,
  /** Attempts of each receiver that end by a shutdown and do not count: a deployment a day for three weeks. */
  shutdowns: 20,
  /** Times that a request may allow forwarding, and the default. */
  hops: 100,
  defaultHops: 3,
  /** Times that a request may allow its reviewer to return the work, and the default. Each of them gives the receiver new attempts. */
  reworks: 100,
  defaultReworks: 3,
  /** Actions, contingencies, deliverables, artifacts, and pieces of evidence of one handoff, each kind counted by itself. */
  parts: 128,
  /** Attestations of one agent at one handoff, an eighth of `parts`, so that no agent uses up the room of the others. Checked when a verb is run: stored histories may have more. */
  attestations: 16,
  /** Capabilities that an agent may register or a request may require. */
  capabilities: 128,
  /** Capacity that an agent may register, in open handoffs: an agent that takes more should register none. */
  capacity: 1_000_000,
  /** UTF-8 bytes of the description of an agent, 4 KiB: a page of text, of which a router sends fifty to a model. */
  descriptionBytes: 4 * 1024,
  /** Public keys of one agent: enough for a new key every year. */
  keys: 32,
  /** Handoffs that one entry of the key log names as purged: every process reads that log as a whole. */
  purged: 256
} as const
