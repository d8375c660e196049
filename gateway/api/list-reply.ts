/** Sends a list as JSON, some rows at a time: a list of thousands neither stops the loop nor is whole in memory. */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { paced } from "./csv-reply.ts";

/** Rows in one piece of the answer; lists of fewer are sent at once. */
const TOGETHER = 200;

async function* pieces<Row>(rows: readonly Row[], body: (row: Row) => unknown): AsyncGenerator<string> {
  let text = "[";
  let count = 0;
  for await (const row of paced(rows)) {
    text += (count === 0 ? "" : ",") + JSON.stringify(body(row));
    count += 1;
    if (count % TOGETHER !== 0) continue;
    yield text;
    text = "";
  }
  yield `${text}]`;
}

/** A failure on the way breaks the connection off, so that half a list is none. */
export function sendList<Row, Body>(reply: FastifyReply, rows: readonly Row[], body: (row: Row) => Body): Body[] {
  if (rows.length <= TOGETHER) return rows.map(body);
  return reply
    .header("content-type", "application/json; charset=utf-8")
    .send(Readable.from(pieces(rows, body))) as never;
}
