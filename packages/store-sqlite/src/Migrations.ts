/** The schema, as the steps that lead to it. */

/** What the header of our files says of whose they are: "AuHo". */
export const applicationId = 0x4175_486f

/**
 * One for each version of the schema, the first makes it; `PRAGMA user_version` says how many a file has had. Only ever
 * add to the end.
 */
export const migrations: ReadonlyArray<string> = [
  // Rowid tables: records are large, and an index that holds them is slower to search and to change.
  `
  CREATE TABLE handoffs (
    id TEXT PRIMARY KEY NOT NULL,
    revision INTEGER NOT NULL,
    status TEXT NOT NULL,
    from_agent TEXT NOT NULL,
    to_agent TEXT NOT NULL,
    parent TEXT,
    urgency INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- What is sent is listed newest first and then by id: with this both ascend.
    recency INTEGER NOT NULL AS (-created_at),
    due_at INTEGER,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX handoffs_all ON handoffs (created_at, id);
  CREATE INDEX handoffs_status ON handoffs (status, created_at, id);
  CREATE INDEX handoffs_inbox ON handoffs (to_agent, status, urgency, created_at, id);
  CREATE INDEX handoffs_sent ON handoffs (from_agent, recency, id);
  CREATE INDEX handoffs_children ON handoffs (parent, created_at, id) WHERE parent IS NOT NULL;
  CREATE INDEX handoffs_due ON handoffs (due_at, created_at, id) WHERE due_at IS NOT NULL;

  CREATE TABLE log (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    record_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    event TEXT NOT NULL,
    UNIQUE (record_id, revision)
  ) STRICT;

  CREATE TABLE tally (name TEXT PRIMARY KEY NOT NULL, amount INTEGER NOT NULL) STRICT;

  CREATE TABLE agents (id TEXT PRIMARY KEY NOT NULL, capabilities TEXT NOT NULL) STRICT;
  `,
  // All that an agent says of itself is one text; when it was last seen is written without it, and by others.
  `
  ALTER TABLE agents RENAME COLUMN capabilities TO agent;
  UPDATE agents SET agent = '{"capabilities":' || agent || '}';
  ALTER TABLE agents ADD COLUMN last_seen INTEGER;
  `
]
