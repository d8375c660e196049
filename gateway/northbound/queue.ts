/**
 * What waits for one target, on the disk: a file of its own, since samples must never make `house.db` grow. Changes of
 * alarms and tickets go before samples, each in the order in which they came. What was added survives the end of the
 * process (SQLite's WAL); a power cut may take the last second of samples, and the journal gives the rest again.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Batch, decodeTail, encodeTail } from "../history/tail.ts";
import type { Told } from "./record.ts";

const VERSION = 1;
const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value REAL NOT NULL) STRICT;
CREATE TABLE series (id INTEGER PRIMARY KEY, point TEXT NOT NULL UNIQUE) STRICT;
-- One row per change of an alarm or ticket; seq: its row in the journal.
CREATE TABLE urgent (id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, at REAL NOT NULL, body TEXT NOT NULL) STRICT;
-- One row per batch of samples; body: tail.ts of the historian; texts: what stands in rows of text points, by position.
CREATE TABLE sample (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, count INTEGER NOT NULL, body BLOB NOT NULL,
  texts TEXT) STRICT;
PRAGMA user_version = ${VERSION};`;

/** Of one batch: position in it → text. */
export type Texts = readonly (readonly [position: number, text: string])[];

export interface Samples {
  readonly count: number;
  /** Ids of points, `<device>.<key>`. */
  readonly point: readonly string[];
  readonly at: Float64Array;
  readonly value: Float64Array;
  /** `codeOf` of the historian's block.ts. */
  readonly code: Uint8Array;
  readonly text: ReadonlyMap<number, string>;
}

/** The next thing to send; `ids` are handed back to `done`. */
export type Waiting =
  | { readonly kind: "urgent"; readonly ids: readonly number[]; readonly rows: readonly Told[] }
  | { readonly kind: "samples"; readonly ids: readonly number[]; readonly samples: Samples };

/** What was let go, since more waited than the site allows. */
export interface LetGo {
  readonly what: "samples" | "alarms";
  readonly count: number;
  /** Instants of the oldest and the newest of them. */
  readonly from: number;
  readonly to: number;
}

export interface QueueStanding {
  readonly bytes: number;
  readonly urgent: number;
  readonly samples: number;
  /** When the oldest of what waits was added; absent when nothing waits. */
  readonly oldest?: number;
}

export interface Queue extends Disposable {
  /** The row of the journal up to which everything is here or gone out; `undefined` for a new queue. */
  cursor(): number | undefined;
  /** One transaction. Rows that came before are left out, so that the same rows may be handed over again. */
  addUrgent(rows: readonly Told[], upTo: number): void;
  /** `batch.series` are positions in `points`. */
  addSamples(batch: Batch, texts: Texts, now: number): void;
  /** At most `most` samples, one batch at least. A broken row is taken out and told. */
  next(most: number): Waiting | undefined;
  done(waiting: Waiting): void;
  /** Takes out what is too old or too much, samples first. */
  trim(cap: number, keep: number, now: number): readonly LetGo[];
  standing(): QueueStanding;
  /** A small number that lasts, e.g. Sparkplug's bdSeq. */
  note(name: string, value?: number): number | undefined;
}

/** Changes of alarms and tickets that go out together. */
const URGENT_AT_ONCE = 200;
/** Over the cap it shrinks to this share of it, so that not every batch lets something go. */
const SHRINK_TO = 0.98;
const PAGES_AT_ONCE = 64;

export class QueueNotOurs extends Error {}

/** Opens `<folder>/<name>.db`; a file that is no database is put aside as `.broken`. Throws SQLite's errors when the disk fails. */
export function openQueue(
  folder: string,
  name: string,
  points: readonly string[],
  tellBroken: (what: "file" | "row") => void,
): Queue {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.db`);
  try {
    return queueOn(open(path), points, tellBroken);
  } catch (error) {
    const code = (error as { errcode?: number }).errcode;
    if (code !== 26 && code !== 11) throw error;
    for (const suffix of ["", "-wal", "-shm"]) {
      if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.broken${suffix}`);
    }
    tellBroken("file");
    return queueOn(open(path), points, tellBroken);
  }
}

function open(path: string): DatabaseSync {
  closeSync(openSync(path, "a", 0o600));
  const connection = new DatabaseSync(path, { defensive: true, limits: { attach: 0 }, timeout: 1_000 });
  try {
    connection.exec("PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL");
    connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF");
    const { user_version: version } = connection.prepare("PRAGMA user_version").get() as { user_version: number };
    if (version > VERSION) throw new QueueNotOurs(`version ${version}`);
    if (version === 0) connection.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function queueOn(connection: DatabaseSync, points: readonly string[], tellBroken: (what: "row") => void): Queue {
  const prepared = new Map<string, StatementSync>();
  const sql = (text: string): StatementSync => {
    const statement = prepared.get(text) ?? connection.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  function transaction<T>(work: () => T): T {
    connection.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      connection.exec("COMMIT");
      return result;
    } catch (error) {
      if (connection.isTransaction) connection.exec("ROLLBACK");
      throw error;
    }
  }
  const number = (text: string, ...values: number[]) => Object.values(sql(text).get(...values) ?? {})[0] as number;

  transaction(() => {
    for (const point of points) sql("INSERT OR IGNORE INTO series (point) VALUES (?)").run(point);
  });
  const named = sql("SELECT id, point FROM series").all() as { id: number; point: string }[];
  const nameOf = new Map(named.map(({ id, point }) => [id, point]));
  const idOf = new Map(named.map(({ id, point }) => [point, id]));
  const seriesOf = Int32Array.from(points, (point) => idOf.get(point) as number);

  const size = {
    urgent: "length(CAST(body AS BLOB))",
    sample: "length(body) + coalesce(length(CAST(texts AS BLOB)), 0)",
  } as const;
  let urgent = number("SELECT count(*) FROM urgent");
  let samples = number("SELECT coalesce(sum(count), 0) FROM sample");
  let bytes =
    number(`SELECT coalesce(sum(${size.urgent}), 0) FROM urgent`) +
    number(`SELECT coalesce(sum(${size.sample}), 0) FROM sample`);

  const note = (name: string): number | undefined =>
    sql("SELECT value FROM meta WHERE name = ?").get(name)?.value as number | undefined;
  const keepNote = (name: string, value: number) =>
    void sql("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)").run(name, value);

  /** Takes rows out and counts them out; in a transaction of the caller's. */
  function remove(table: "urgent" | "sample", ids: readonly number[]): { count: number; bytes: number } {
    const gone = { count: 0, bytes: 0 };
    for (const id of ids) {
      const row = sql(
        table === "urgent"
          ? `SELECT 1 AS count, ${size.urgent} AS bytes FROM urgent WHERE id = ?`
          : `SELECT count, ${size.sample} AS bytes FROM sample WHERE id = ?`,
      ).get(id);
      if (!row) continue;
      sql(`DELETE FROM ${table} WHERE id = ?`).run(id);
      gone.count += row.count as number;
      gone.bytes += row.bytes as number;
    }
    return gone;
  }

  function countOut(table: "urgent" | "sample", gone: { count: number; bytes: number }): void {
    if (table === "urgent") urgent -= gone.count;
    else samples -= gone.count;
    bytes -= gone.bytes;
  }

  function nextUrgent(): Waiting | undefined {
    const found = sql(`SELECT id, body FROM urgent ORDER BY id LIMIT ${URGENT_AT_ONCE}`).all() as {
      id: number;
      body: string;
    }[];
    if (found.length === 0) return undefined;
    const rows = found.flatMap(({ body }) => {
      try {
        return [JSON.parse(body) as Told];
      } catch {
        tellBroken("row");
        return [];
      }
    });
    return { kind: "urgent", ids: found.map(({ id }) => id), rows };
  }

  function nextSamples(most: number): Waiting | undefined {
    const batches: { id: number; batch: Batch; texts: Texts }[] = [];
    let count = 0;
    for (const row of sql("SELECT id, body, texts FROM sample ORDER BY id LIMIT 64").iterate()) {
      const batch = decodeTail(row.body as Uint8Array);
      if (!batch) {
        if (batches.length > 0) break;
        tellBroken("row");
        batches.push({ id: row.id as number, batch: nothing, texts: [] });
        continue;
      }
      if (count > 0 && count + batch.count > most) break;
      batches.push({ id: row.id as number, batch, texts: row.texts ? (JSON.parse(String(row.texts)) as Texts) : [] });
      count += batch.count;
    }
    if (batches.length === 0) return undefined;
    return { kind: "samples", ids: batches.map(({ id }) => id), samples: joined(batches, count, nameOf) };
  }

  /** The oldest rows of a table until `enough`; empty when there is nothing to let go. */
  function letGo(
    table: "urgent" | "sample",
    enough: (row: { at: number; freed: number }) => boolean,
  ): LetGo | undefined {
    const ids: number[] = [];
    let [from, to, freed] = [Number.NaN, Number.NaN, 0];
    const rows = sql(`SELECT id, at, ${size[table]} AS bytes FROM ${table} ORDER BY id`);
    for (const { id, at, bytes: of } of rows.iterate() as Iterable<{ id: number; at: number; bytes: number }>) {
      if (enough({ at, freed })) break;
      ids.push(id);
      freed += of;
      from = Number.isNaN(from) ? at : Math.min(from, at);
      to = Number.isNaN(to) ? at : Math.max(to, at);
    }
    if (ids.length === 0) return undefined;
    const gone = transaction(() => remove(table, ids));
    countOut(table, gone);
    return { what: table === "urgent" ? "alarms" : "samples", count: gone.count, from, to };
  }

  return {
    cursor: () => note("cursor"),
    addUrgent(rows, upTo) {
      const known = note("cursor") ?? -1;
      if (upTo <= known) return;
      const fresh = rows.filter(({ seq }) => seq > known);
      const added = transaction(() => {
        let of = 0;
        for (const row of fresh) {
          const body = JSON.stringify(row);
          sql("INSERT INTO urgent (seq, at, body) VALUES (?, ?, ?)").run(row.seq, row.at, body);
          of += Buffer.byteLength(body);
        }
        keepNote("cursor", upTo);
        return of;
      });
      urgent += fresh.length;
      bytes += added;
    },
    addSamples(batch, texts, now) {
      if (batch.count === 0) return;
      const series = Int32Array.from(batch.series.subarray(0, batch.count), (at) => seriesOf[at] as number);
      const body = encodeTail({ ...batch, series });
      const more = texts.length > 0 ? JSON.stringify(texts) : null;
      sql("INSERT INTO sample (at, count, body, texts) VALUES (?, ?, ?, ?)").run(now, batch.count, body, more);
      samples += batch.count;
      bytes += body.length + (more === null ? 0 : Buffer.byteLength(more));
    },
    next: (most) => nextUrgent() ?? nextSamples(most),
    done(waiting) {
      const table = waiting.kind === "urgent" ? "urgent" : "sample";
      countOut(
        table,
        transaction(() => remove(table, waiting.ids)),
      );
      connection.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    },
    trim(cap, keep, now) {
      const over = bytes > cap ? bytes - cap * SHRINK_TO : 0;
      let freed = 0;
      const before = bytes;
      const gone: LetGo[] = [];
      for (const table of ["sample", "urgent"] as const) {
        // By its key: a look through all rows of a long queue takes seconds.
        const oldest = sql(`SELECT at FROM ${table} ORDER BY id LIMIT 1`).get()?.at as number | undefined;
        if (oldest === undefined || (freed >= over && oldest >= now - keep)) continue;
        const one = letGo(table, ({ at, freed: more }) => at >= now - keep && freed + more >= over);
        freed = before - bytes;
        if (one) gone.push(one);
      }
      return gone;
    },
    standing() {
      const first = Math.min(
        ...(["urgent", "sample"] as const).map(
          (table) =>
            (sql(`SELECT at FROM ${table} ORDER BY id LIMIT 1`).get()?.at as number | undefined) ??
            Number.POSITIVE_INFINITY,
        ),
      );
      return { bytes, urgent, samples, ...(first === Number.POSITIVE_INFINITY ? {} : { oldest: first }) };
    },
    note(name, value) {
      if (value !== undefined) keepNote(name, value);
      return note(name);
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

const nothing: Batch = {
  count: 0,
  series: new Int32Array(0),
  at: new Float64Array(0),
  value: new Float64Array(0),
  code: new Uint8Array(0),
};

function joined(
  batches: readonly { readonly batch: Batch; readonly texts: Texts }[],
  count: number,
  nameOf: ReadonlyMap<number, string>,
): Samples {
  const whole = {
    count,
    point: [] as string[],
    at: new Float64Array(count),
    value: new Float64Array(count),
    code: new Uint8Array(count),
    text: new Map<number, string>(),
  };
  let start = 0;
  for (const { batch, texts } of batches) {
    whole.at.set(batch.at, start);
    whole.value.set(batch.value, start);
    whole.code.set(batch.code, start);
    for (let i = 0; i < batch.count; i += 1) whole.point.push(nameOf.get(batch.series[i] as number) ?? "");
    for (const [position, text] of texts) whole.text.set(start + position, text);
    start += batch.count;
  }
  return whole;
}
