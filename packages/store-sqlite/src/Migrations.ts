/** The schema of the database, as a list of migrations. */
import type { DatabaseSync } from "node:sqlite"

import { keysOf, StoredText } from "@aumai/handoff-core"
import * as Result from "effect/Result"

/** Marks the header of a database as a handoff store: "AuHo" in ASCII. */
export const applicationId = 0x4175_486f

// A page is in memory as a whole, and a record may have several MiB.
const pageSize = 64

/**
 * Adds the agent that owns the next move, and the negative of the time of the last change. An odd row gets none; lists leave
 * it out anyway.
 */
const addKeys = (db: DatabaseSync): void => {
  db.exec(`
    ALTER TABLE handoffs ADD COLUMN turn TEXT;
    ALTER TABLE handoffs ADD COLUMN latest INTEGER NOT NULL DEFAULT 0;
  `)
  const page = db.prepare(`SELECT id, revision, record FROM handoffs WHERE id > ? ORDER BY id LIMIT ${pageSize}`)
  const update = db.prepare("UPDATE handoffs SET turn = ?, latest = ? WHERE id = ?")
  let rows: ReadonlyArray<StoredText.RecordRow> = []
  do {
    // The cast: these are the columns of a STRICT table.
    rows = page.all(rows.at(-1)?.id ?? "") as unknown as ReadonlyArray<StoredText.RecordRow>
    for (const row of rows) {
      const record = StoredText.readRecord(row)
      if (Result.isFailure(record)) continue
      const { latest, turn = null } = keysOf(record.success)
      update.run(turn, latest, row.id)
    }
  } while (rows.length === pageSize)
  db.exec(`
    CREATE INDEX handoffs_turn ON handoffs (turn, urgency, created_at, id) WHERE turn IS NOT NULL;
    CREATE INDEX handoffs_recent ON handoffs (latest, id);
    CREATE INDEX handoffs_recent_of ON handoffs (from_agent, latest, id);
  `)
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
  // The records that claimers are about to take. A row holds for one revision, and for at most a second.
  `
  CREATE TABLE reservations (
    id TEXT PRIMARY KEY NOT NULL,
    revision INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `
]
