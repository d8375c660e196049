/** Finds the units behind a line and the addresses that they answer: reads only, one question at a time, with pauses. */
import type { Clock, Span } from "#model/time";
import { readFunction, type Table } from "./address.ts";

export interface Question {
  readonly unit: number;
  /** 1 to 4. */
  readonly function: number;
  readonly start: number;
  readonly count: number;
}

/** `lost`: silence, or a reply to another question. */
export type Heard =
  | { readonly kind: "data" }
  | { readonly kind: "exception"; readonly code: number }
  | { readonly kind: "lost" };

export interface ScanInput {
  /** Rejects when the line cannot be reached at all. */
  readonly ask: (question: Question) => Promise<Heard>;
  readonly clock: Clock;
  readonly units: readonly number[];
  readonly tables: readonly Table[];
  /** First and last address, 0-based. */
  readonly from: number;
  readonly to: number;
  /** Between two questions. */
  readonly pause: Span;
}

export interface Range {
  readonly table: Table;
  readonly from: number;
  readonly to: number;
}

export interface FoundUnit {
  readonly unit: number;
  /** In the order of the tables, neighbours joined. */
  readonly ranges: readonly Range[];
  /** Tables that the unit does not know (exception 1). */
  readonly unknown: readonly Table[];
  /** The unit stopped answering, or reported trouble of its own, so the search of it ended early. */
  readonly endedEarly: boolean;
  readonly questions: number;
}

/** A block that any device should be able to answer; small firmware takes no more. */
const BLOCK = 16;
const ILLEGAL_FUNCTION = 1;
/** Illegal address and illegal value: of a block they may mean a hole in it. */
const HOLES: ReadonlySet<number> = new Set([2, 3]);
/** Path unavailable, and target failed to respond: a gateway answers for a unit that is not there. */
const ABSENT: ReadonlySet<number> = new Set([10, 11]);

/** Yields each unit that answers, as soon as it is searched; ends when the signal is raised. */
export async function* scanUnits(input: ScanInput, signal: AbortSignal): AsyncGenerator<FoundUnit> {
  for (const unit of input.units) {
    if (signal.aborted) return;
    const found = await searchUnit(input, unit, signal);
    if (found) yield found;
  }
}

class EndedEarly extends Error {}

async function searchUnit(input: ScanInput, unit: number, signal: AbortSignal): Promise<FoundUnit | undefined> {
  const ranges: Range[] = [];
  const unknown: Table[] = [];
  let questions = 0;

  async function ask(table: Table, start: number, count: number): Promise<Heard> {
    if (questions > 0) await input.clock.sleep(input.pause, signal);
    signal.throwIfAborted();
    questions += 1;
    return input.ask({ unit, function: readFunction[table], start, count });
  }

  /** Asked once more before a unit that had answered is given up: one lost reply is no outage. */
  async function insist(table: Table, start: number, count: number): Promise<Heard> {
    const first = await ask(table, start, count);
    return first.kind === "lost" ? ask(table, start, count) : first;
  }

  async function search(table: Table, start: number, count: number): Promise<"known" | "unknown"> {
    const heard = await insist(table, start, count);
    if (heard.kind === "data") {
      join(ranges, { table, from: start, to: start + count - 1 });
      return "known";
    }
    if (heard.kind === "lost") throw new EndedEarly("the unit fell silent");
    if (heard.code === ILLEGAL_FUNCTION) return "unknown";
    if (!HOLES.has(heard.code)) throw new EndedEarly(`the unit answered exception ${heard.code}`);
    if (count === 1) return "known";
    const half = Math.ceil(count / 2);
    await search(table, start, half);
    return search(table, start + half, count - half);
  }

  const [first] = input.tables;
  if (first === undefined) return undefined;
  const hello = await ask(first, input.from, 1);
  if (hello.kind === "lost" || (hello.kind === "exception" && ABSENT.has(hello.code))) return undefined;
  let endedEarly = false;
  try {
    for (const table of input.tables) {
      for (let start = input.from; start <= input.to; start += BLOCK) {
        const verdict = await search(table, start, Math.min(BLOCK, input.to - start + 1));
        if (verdict === "unknown") {
          unknown.push(table);
          break;
        }
      }
    }
  } catch (error) {
    if (!(error instanceof EndedEarly) && !signal.aborted) throw error;
    endedEarly = true;
  }
  return { unit, ranges, unknown, endedEarly, questions };
}

function join(ranges: Range[], next: Range): void {
  const last = ranges.at(-1);
  if (last && last.table === next.table && last.to + 1 === next.from)
    ranges[ranges.length - 1] = { ...last, to: next.to };
  else ranges.push(next);
}
