/** The schema of the database, as a list of migrations. */
import type { DatabaseSync } from "node:sqlite"

import { keysOf, StoredText } from "@aumai/handoff-core"
import type { HandoffRecord } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

/** Marks the header of a database as a handoff store: "AuHo" in ASCII. */
export const applicationId = 0x4175_486f

// A page is in memory as a whole, and a record may have several MiB.
const pageSize = 64

/** Calls a function with every record of some rows that can be read. */
const eachRecord = (db: DatabaseSync, where: string, update: (record: HandoffRecord) => void): void => {
  const page = db.prepare(
    `SELECT id, revision, record FROM handoffs WHERE ${where} id > ? ORDER BY id LIMIT ${pageSize}`
  )
  let rows: ReadonlyArray<StoredText.RecordRow> = []
  do {
    // The cast: these are the columns of a STRICT table.
    rows = page.all(rows.at(-1)?.id ?? "") as unknown as ReadonlyArray<StoredText.RecordRow>
    for (const row of rows) {
      const record = StoredText.readRecord(row)
      if (Result.isSuccess(record)) update(record.success)
    }
  } while (rows.length === pageSize)
}

/**
 * Adds the agent that owns the next move, and the negative of the time of the last change. An odd row gets none; lists leave
 * it out anyway.
 */
const addKeys = (db: DatabaseSync): void => {
  db.exec(`
    ALTER TABLE handoffs ADD COLUMN turn TEXT;
    ALTER TABLE handoffs ADD COLUMN latest INTEGER NOT NULL DEFAULT 0;
  `)
  const update = db.prepare("UPDATE handoffs SET turn = ?, latest = ? WHERE id = ?")
  eachRecord(db, "", (record) => {
    const { latest, turn = null } = keysOf(record)
    update.run(turn, latest, record.recordId)
  })
  db.exec(`
    CREATE INDEX handoffs_turn ON handoffs (turn, urgency, created_at, id) WHERE turn IS NOT NULL;
    CREATE INDEX handoffs_recent ON handoffs (latest, id);
    CREATE INDEX handoffs_recent_of ON handoffs (from_agent, latest, id);
  `)
}

/**
 * Adds what a renewal of a lease compares and moves: the attempt, the end of its lease, and when the handoff is due without
 * it. Only rows with a running lease get values; every later commit writes those of its row.
 */
const addLeases = (db: DatabaseSync): void => {
  db.exec(`
    ALTER TABLE handoffs ADD COLUMN attempt INTEGER;
    ALTER TABLE handoffs ADD COLUMN lease_until INTEGER;
    ALTER TABLE handoffs ADD COLUMN other_due INTEGER;
    ALTER TABLE handoffs ADD COLUMN renewed_until INTEGER;
  `)
  const update = db.prepare("UPDATE handoffs SET attempt = ?, lease_until = ?, other_due = ? WHERE id = ?")
  eachRecord(db, "due_at IS NOT NULL AND", (record) => {
    const { attempt, leaseUntil = null, otherDue = null } = keysOf(record)
    if (leaseUntil !== null) update.run(attempt, leaseUntil, otherDue, record.recordId)
  })
}

/**
 * One migration per schema version; the first creates the tables. `PRAGMA user_version` counts those that a file has had,
 * so append new ones and never change an old one.
 */
export const migrations: ReadonlyArray<string | ((db: DatabaseSync) => void)> = [
  // Rowid tables, because a WITHOUT ROWID table keeps the large records in its index, which makes that slower.
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
    -- The Sent view is ordered newest first, then by id. With this column both sort ascending.
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
  // An agent's registration is one text. Heartbeats write last_seen alone, so it has its own column.
  `
  ALTER TABLE agents RENAME COLUMN capabilities TO agent;
  UPDATE agents SET agent = '{"capabilities":' || agent || '}';
  ALTER TABLE agents ADD COLUMN last_seen INTEGER;
  `,
  // The name of the log is drawn by the process that migrates. An entry of the log of this store has the position of an
  // entry of a handoff, from the same sequence.
  `
  CREATE TABLE origin (log TEXT NOT NULL, epoch INTEGER NOT NULL) STRICT;
  CREATE TABLE keys (
    log TEXT NOT NULL,
    revision INTEGER NOT NULL,
    event TEXT NOT NULL,
    position INTEGER,
    PRIMARY KEY (log, revision)
  ) STRICT;
  `,
  (db) => {
    addKeys(db)
    // The sequence gives no version twice, also not after a document was removed.
    db.exec(`
  CREATE TABLE documents (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, key)
  ) STRICT;
  `)
  },
  addLeases,
  // The leaves of entries that were archived, or runs of them in one hash: the log has no rows of these positions.
  `
  CREATE TABLE removed (
    first INTEGER PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL,
    level INTEGER NOT NULL,
    hash BLOB NOT NULL
  ) STRICT;
  `,
  // The records that claimers are about to take. A row holds for one revision, and for at most a second.
  `
  CREATE TABLE reservations (
    id TEXT PRIMARY KEY NOT NULL,
    revision INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `
]
