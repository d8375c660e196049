/**
 * What waits for one target, on the disk: a file of its own, since samples must never make `house.db` grow. Changes of
 * alarms and tickets go before samples, each in the order in which they came. What was added survives the end of the
 * process (SQLite's WAL); a power cut may take the last second of samples, and the journal gives the rest again.
 */
import { type Batch, decodeTail, encodeTail } from "../history/tail.ts";
import { openQueueFile, type QueueFile } from "./queue-file.ts";
import type { Told } from "./record.ts";
import { joined, noSamples, type Texts, type Waiting } from "./waiting.ts";

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
  /** The row of the journal up to which the target has everything; absent while the queue has no cursor. */
  readonly taken?: number;
}

export interface Queue extends Disposable {
  /** The row of the journal up to which everything is here or gone out; `undefined` for a new queue. */
  cursor(): number | undefined;
  /** Where a queue that has no cursor begins, or one whose cursor is of another life of the house. One transaction. */
  begin(rows: readonly Told[], upTo: number): void;
  /**
   * What the journal has behind row `from` up to row `upTo`, in one transaction. Rows that came before are left out, so that
   * the same may be handed over again; what would leave a gap is left out as a whole: it comes again without one.
   */
  addUrgent(rows: readonly Told[], from: number, upTo: number): void;
  /** `batch.series` are positions in `points`. */
  addSamples(batch: Batch, texts: Texts, now: number): void;
  /** At most `most` samples, one batch at least. A broken batch is taken out and told; at a broken change the cursor goes back. */
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

/** Opens `<folder>/<name>.db`. Throws QueueNotOurs for a newer version, and SQLite's errors when the file or the disk is bad. */
export function openQueue(
  folder: string,
  name: string,
  points: readonly string[],
  tellBroken: (what: "samples" | "changes") => void,
): Queue {
  const file = openQueueFile(folder, name);
  try {
    return queueOn(file, points, tellBroken);
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

function queueOn(file: QueueFile, points: readonly string[], tellBroken: (what: "samples" | "changes") => void): Queue {
  const { connection, sql, transaction } = file;
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

  /** Changes behind this row of the journal are taken out: they come from there again. */
  function goBackTo(seq: number): void {
    const ids = sql("SELECT id FROM urgent WHERE seq > ?")
      .all(seq)
      .map(({ id }) => id as number);
    countOut(
      "urgent",
      transaction(() => {
        keepNote("cursor", seq);
        return remove("urgent", ids);
      }),
    );
  }

  function addRows(rows: readonly Told[], upTo: number): void {
    const added = transaction(() => {
      let of = 0;
      for (const row of rows) {
        const body = JSON.stringify(row);
        sql("INSERT INTO urgent (seq, at, body) VALUES (?, ?, ?)").run(row.seq, row.at, body);
        of += Buffer.byteLength(body);
      }
      keepNote("cursor", upTo);
      return of;
    });
    urgent += rows.length;
    bytes += added;
  }

  function nextUrgent(): Waiting | undefined {
    const found = sql(`SELECT id, seq, body FROM urgent ORDER BY id LIMIT ${URGENT_AT_ONCE}`).all() as {
      id: number;
      seq: number;
      body: string;
    }[];
    if (found.length === 0) return undefined;
    const rows: Told[] = [];
    for (const { seq, body } of found) {
      const row = read(body);
      if (row === undefined) {
        // The journal has it, and everything behind it.
        goBackTo(seq - 1);
        tellBroken("changes");
        break;
      }
      rows.push(row);
    }
    return rows.length === 0
      ? undefined
      : { kind: "urgent", ids: found.slice(0, rows.length).map(({ id }) => id), rows };
  }

  function nextSamples(most: number): Waiting | undefined {
    const batches: { id: number; batch: Batch; texts: Texts }[] = [];
    let count = 0;
    for (const row of sql("SELECT id, body, texts FROM sample ORDER BY id LIMIT 64").iterate()) {
      const batch = decodeTail(row.body as Uint8Array);
      if (!batch) {
        if (batches.length > 0) break;
        tellBroken("samples");
        batches.push({ id: row.id as number, batch: noSamples, texts: [] });
        continue;
      }
      if (count > 0 && count + batch.count > most) break;
      batches.push({ id: row.id as number, batch, texts: row.texts ? (JSON.parse(String(row.texts)) as Texts) : [] });
      count += batch.count;
    }
    if (batches.length === 0) return undefined;
    return { kind: "samples", ids: batches.map(({ id }) => id), samples: joined(batches, nameOf) };
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
    begin: addRows,
    addUrgent(rows, from, upTo) {
      const known = note("cursor");
      if (known === undefined || from > known || upTo <= known) return;
      addRows(
        rows.filter(({ seq }) => seq > known),
        upTo,
      );
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
      const cursor = note("cursor");
      const waits = urgent === 0 ? Number.POSITIVE_INFINITY : number("SELECT seq FROM urgent ORDER BY id LIMIT 1") - 1;
      return {
        bytes,
        urgent,
        samples,
        ...(first === Number.POSITIVE_INFINITY ? {} : { oldest: first }),
        ...(cursor === undefined ? {} : { taken: Math.min(cursor, waits) }),
      };
    },
    note(name, value) {
      if (value !== undefined) keepNote(name, value);
      return note(name);
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

function read(body: string): Told | undefined {
  try {
    return JSON.parse(body) as Told;
  } catch {
    return undefined;
  }
}
