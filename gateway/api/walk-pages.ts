/** Rows of the store page by page, as a stream that begins only when its first page could be read. */

import type { Cell } from "../reports/csv-text.ts";
import type { Window } from "../reports/figures.ts";
import type { Cursor, Page, WalkQuery } from "../store/store.ts";

/** The stream again, after its first step was taken. */
export async function* resumed<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** Page after page, the first one before anything is sent: what cannot be read is an answer then, and not half a file. */
export async function walk<Row>(
  ask: (query: WalkQuery) => Promise<Page<Row>>,
  window: Window,
): Promise<AsyncGenerator<Row>> {
  const first = await ask(window);
  return (async function* () {
    let page = first;
    for (;;) {
      yield* page.rows;
      const cursor: Cursor | undefined = page.cursor;
      if (!cursor) return;
      page = await ask({ ...window, cursor });
    }
  })();
}

export async function* mapped<T>(
  rows: AsyncIterable<T>,
  row: (one: T) => readonly Cell[],
): AsyncGenerator<readonly Cell[]> {
  for await (const one of rows) yield row(one);
}
