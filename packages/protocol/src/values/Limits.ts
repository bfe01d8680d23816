/**
 * How large the parts of a handoff may be, and why. Everything that decodes checks these, so what one store or door
 * accepts every other one does too.
 */
export const limits = {
  /** UTF-16 code units of a record id, an agent id or a capability: they are index keys, and people and models copy them. */
  nameLength: 128,
  /** UTF-8 bytes of a task description or a reason, 64 KiB: more than a model's instructions need; larger things belong in the context. */
  textBytes: 64 * 1024,
  /** UTF-8 bytes of an encoded context or result, and of a briefing, of all that is handed back, and of all deliverables or artifacts together, 1 MiB: PostgreSQL, IndexedDB and HTTP all carry it without special care. */
  jsonBytes: 1024 * 1024,
  /** Levels of arrays and objects in a context or result. JSON.stringify and most other parsers give up at some depth; none at this one. */
  nesting: 128,
  /** Milliseconds of a lease or a warning, 10,000 days: longer is a mistake, and sums with a moment stay exact. */
  durationMilliseconds: 10_000 * 86_400_000,
  /** Sentences in each list of what an attempt hands back. */
  points: 128,
  /** Attempts a request may allow, and how many it allows when it does not say. */
  attempts: 1000,
  defaultAttempts: 3,
  /** Times a request may allow to be handed on to another receiver, and how many it allows when it does not say. */
  hops: 100,
  defaultHops: 3,
  /** Actions, contingencies, deliverables, artifacts, and pieces of evidence of one handoff: so many of each. */
  parts: 128,
  /** Capabilities an agent may register, or a request may require. */
  capabilities: 128,
  /** Open handoffs an agent may say it takes at once: whoever takes more had better say nothing. */
  capacity: 1_000_000,
  /** Public keys of one agent: one a year for a generation of them. */
  keys: 32
} as const
