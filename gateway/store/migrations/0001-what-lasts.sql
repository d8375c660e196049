-- Why: after a power cut the house must go on where it was, and later it must be able to prove who did what when.
-- What is queried is a column; the rest of a row is its canonical JSON in `body`. Times are ms since 1970 (UTC).

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  about TEXT NOT NULL,
  event TEXT NOT NULL,
  actor TEXT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_about ON journal (about, seq);
CREATE INDEX journal_by_time ON journal (at);

CREATE TRIGGER journal_keeps_its_rows BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'The journal is append-only: its rows are never deleted.'); END;
CREATE TRIGGER journal_keeps_its_words BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'The journal is append-only: its rows are never changed.'); END;

CREATE TABLE alarm (
  id TEXT PRIMARY KEY,
  listed INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX alarm_listed ON alarm (id) WHERE listed = 1;

CREATE TABLE ticket (
  no TEXT PRIMARY KEY,
  serial INTEGER NOT NULL,
  state TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  device TEXT,
  class TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  body TEXT NOT NULL
) STRICT;
-- One emergency, one ticket: a device has at most one open ticket of a class. Closed and merged ones do not count.
CREATE UNIQUE INDEX ticket_one_open ON ticket (device, class) WHERE is_open = 1 AND device IS NOT NULL;
CREATE INDEX ticket_by_opening ON ticket (opened_at, no);
CREATE INDEX ticket_by_serial ON ticket (serial);

CREATE TABLE message (
  key TEXT PRIMARY KEY,
  ticket TEXT NOT NULL,
  step TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX message_by_ticket ON message (ticket, created_at);
CREATE INDEX message_waiting ON message (created_at) WHERE state IN ('pending', 'sending');

CREATE TABLE account (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE token (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;

CREATE TABLE command (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reply TEXT NOT NULL
) STRICT;
CREATE INDEX command_by_time ON command (at);

CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
