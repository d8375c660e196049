/** Sends a table as a file, row by row as the reader takes them: nothing is ever whole in memory. */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { type Cell, csvLine, MARK } from "../reports/csv-text.ts";

/** Rows that go out together. */
const TOGETHER = 200;

async function* lines(head: readonly Cell[], rows: AsyncIterable<readonly Cell[]>): AsyncGenerator<string> {
  let text = MARK + csvLine(head);
  let count = 0;
  for await (const row of rows) {
    text += csvLine(row);
    count += 1;
    if (count % TOGETHER !== 0) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** `name`: without the ending; plain letters. A failure on the way breaks the connection off, so that half a file is none. */
export function sendCsv(
  reply: FastifyReply,
  name: string,
  head: readonly Cell[],
  rows: AsyncIterable<readonly Cell[]>,
): FastifyReply {
  return reply
    .header("content-type", "text/csv; charset=utf-8")
    .header("content-disposition", `attachment; filename="${name}.csv"`)
    .header("cache-control", "no-store")
    .send(Readable.from(lines(head, rows)));
}

/** Rows that are at hand already, with a rest now and then. */
export async function* paced<T>(rows: Iterable<T>): AsyncGenerator<T> {
  let count = 0;
  for (const row of rows) {
    yield row;
    count += 1;
    if (count % TOGETHER === 0) await new Promise<void>((done) => setImmediate(done));
  }
}
