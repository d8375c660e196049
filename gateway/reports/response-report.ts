/** The report about tickets: reads them page by page from the store's worker, a window and the one before it. */
import { days, instant } from "#model/time";
import type { Timing } from "../../rules/response/clocks.ts";
import type { Store } from "../store/store.ts";
import type { Window } from "./figures.ts";
import { type ResponseChoice, type ResponseFigures, responseFigures } from "./response-figures.ts";
import { type Round, roundsIn } from "./response-rounds.ts";
import { samplesWithin } from "./sampling-figures.ts";

/** A round may begin so long after its ticket was opened: a policy lets tickets be opened again for 30 days at most. */
const LOOKS_BACK = days(31);

export interface ResponseReport {
  readonly now: ResponseFigures;
  readonly before: ResponseFigures;
}

/** `before`: the period to compare with; it lies before `window`. */
export async function responseReport(
  store: Pick<Store, "ticketPage" | "paper">,
  timing: Timing,
  window: Window,
  before: Window,
  choice: ResponseChoice,
): Promise<ResponseReport> {
  const rounds: Round[] = [];
  const from = instant(Math.max(0, before.from - LOOKS_BACK));
  for (let cursor: Awaited<ReturnType<Store["ticketPage"]>>["cursor"] | null = null; cursor !== undefined; ) {
    const page = await store.ticketPage({ from, to: window.to, ...(cursor ? { cursor } : {}) });
    for (const ticket of page.rows) rounds.push(...roundsIn(ticket, timing));
    cursor = page.cursor;
  }
  const samples = await samplesWithin(store, before.from, window.to, choice.zone);
  return {
    now: responseFigures(rounds, window, choice, samples),
    before: responseFigures(rounds, before, choice, samples),
  };
}
