-- Why: people fill in and sign papers (a handover of the shift), and these must last and be proved like tickets.
CREATE TABLE paper (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX paper_by_time ON paper (kind, at);
