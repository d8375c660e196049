/** Every SQL text of the house, in the common tongue of SQLite and PostgreSQL: `$1` parameters, upserts, no JSON functions. */

export const statements = {
  saveAlarm: `INSERT INTO alarm (id, listed, body) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET listed = excluded.listed, body = excluded.body`,
  saveTicket: `INSERT INTO ticket (no, serial, state, is_open, device, class, opened_at, closed_at, body)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (no) DO UPDATE SET serial = excluded.serial, state = excluded.state, is_open = excluded.is_open,
      device = excluded.device, class = excluded.class, opened_at = excluded.opened_at, closed_at = excluded.closed_at,
      body = excluded.body`,
  savePaper: `INSERT INTO paper (id, kind, is_open, at, body) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, is_open = excluded.is_open, at = excluded.at,
      body = excluded.body`,
  saveMessage: `INSERT INTO message (key, ticket, step, state, created_at, body) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (key) DO UPDATE SET ticket = excluded.ticket, step = excluded.step, state = excluded.state,
      created_at = excluded.created_at, body = excluded.body`,
  saveAccount: `INSERT INTO account (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  saveSession: `INSERT INTO session (id, state, expires_at, body) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at, body = excluded.body`,
  saveToken: `INSERT INTO token (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  saveCommand: `INSERT INTO command (id, at, actor, reply) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, actor = excluded.actor, reply = excluded.reply`,
  forgetCommands: `DELETE FROM command WHERE at < $1`,
  saveNote: `INSERT INTO note (name, text) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET text = excluded.text`,
  appendJournal: `INSERT INTO journal (seq, at, occurred_at, about, event, actor, body, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,

  alarms: `SELECT body FROM alarm ORDER BY id`,
  openTickets: `SELECT body FROM ticket WHERE is_open = 1 ORDER BY serial, no`,
  ticketsClosedSince: `SELECT body FROM ticket WHERE is_open = 0 AND closed_at >= $1 ORDER BY serial, no`,
  waitingMessages: `SELECT body FROM message WHERE state IN ('pending', 'sending') ORDER BY created_at, key`,
  accounts: `SELECT body FROM account ORDER BY id`,
  sessions: `SELECT body FROM session WHERE state = 'active' AND expires_at > $1 ORDER BY id`,
  tokens: `SELECT body FROM token ORDER BY id`,
  commands: `SELECT id, at, actor, reply FROM command WHERE at >= $1 ORDER BY at, id`,
  lastTicket: `SELECT coalesce(max(serial), 0) AS serial FROM ticket`,
  notes: `SELECT name, text FROM note ORDER BY name`,
  noteOf: `SELECT text FROM note WHERE name = $1`,

  papersKept: `SELECT body FROM paper WHERE is_open = 1 OR at >= $1 ORDER BY at, id`,
  paperOf: `SELECT body FROM paper WHERE id = $1`,
  papersOfKind: `SELECT body FROM paper WHERE kind = $1 ORDER BY at DESC, id DESC LIMIT $2`,

  ticketOf: `SELECT body FROM ticket WHERE no = $1`,
  newestTickets: `SELECT body FROM ticket ORDER BY opened_at DESC, no DESC LIMIT $1`,
  newestTicketsBy: `SELECT body FROM ticket WHERE is_open = $1 ORDER BY opened_at DESC, no DESC LIMIT $2`,
  ticketsAfter: `SELECT no, opened_at, body FROM ticket
    WHERE opened_at >= $1 AND opened_at < $2 AND (opened_at > $3 OR (opened_at = $3 AND no > $4))
    ORDER BY opened_at, no LIMIT $5`,
  messagesOf: `SELECT body FROM message WHERE ticket = $1 ORDER BY created_at, key`,
  waitingMessagesOf: `SELECT body FROM message WHERE ticket = $1 AND state IN ('pending', 'sending') ORDER BY key`,

  lastJournal: `SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1`,
  journalRow: `SELECT seq, hash FROM journal WHERE seq = $1`,
  journalAfter: `SELECT seq, at, occurred_at, about, event, actor, body, hash FROM journal
    WHERE seq > $1 ORDER BY seq LIMIT $2`,
  journalAboutAfter: `SELECT seq, body, hash FROM journal
    WHERE about = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4`,
  journalWithin: `SELECT seq, at, about, body, hash FROM journal WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`,
  firstJournalSince: `SELECT seq, at FROM journal WHERE at >= $1 ORDER BY at, seq LIMIT 1`,
  lastJournalUntil: `SELECT seq FROM journal WHERE at < $1 ORDER BY at DESC, seq DESC LIMIT 1`,
  journalBetween: `SELECT seq, body, hash FROM journal WHERE at >= $1 AND at <= $2 ORDER BY seq DESC LIMIT $3`,
  journalAbout: `SELECT seq, body, hash FROM journal WHERE about = $1 AND at >= $2 AND at <= $3 ORDER BY seq DESC LIMIT $4`,

  alarmColumns: `SELECT id, listed, body FROM alarm WHERE id = $1`,
  ticketColumns: `SELECT no, serial, state, is_open, device, class, opened_at, closed_at, body FROM ticket WHERE no = $1`,
  paperColumns: `SELECT id, kind, is_open, at, body FROM paper WHERE id = $1`,
  alarmIds: `SELECT id FROM alarm ORDER BY id`,
  ticketNumbers: `SELECT no FROM ticket ORDER BY no`,
  paperIds: `SELECT id FROM paper ORDER BY id`,
  countPapers: `SELECT count(*) AS n FROM paper`,
  countAlarms: `SELECT count(*) AS n FROM alarm`,
  countTickets: `SELECT count(*) AS n FROM ticket`,

  migrations: `SELECT number FROM migration ORDER BY number`,
  migrationDone: `INSERT INTO migration (number, name) VALUES ($1, $2)`,
} as const;

export type StatementName = keyof typeof statements;
export type Value = string | number | null;
