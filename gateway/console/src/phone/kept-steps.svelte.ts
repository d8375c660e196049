/** What this page still has to tell the gateway: in the order in which it was done, one after the other, until each has its answer. */
import type { VisitBody } from "../../../api/visit-shapes.ts";
import { isoTime, monotonic, wall } from "../shared/browser-clock.ts";
import { commandId } from "../shared/command-id.ts";
import { isFinal, type KeptStep, readKept, withKept, writeKept } from "./kept-steps.ts";
import { look, sendStep, type Told } from "./send.ts";

export interface KeptSteps {
  /** What the gateway does not know yet, once a try has failed. */
  readonly waiting: readonly KeptStep[];
  readonly refused: readonly KeptStep[];
  /** The visit as the gateway tells it now. */
  hear(visit: VisitBody): void;
  /** The visit with what still waits. */
  shown(visit: VisitBody): VisitBody;
  /** Keeps the step and tells the gateway; `undefined`: there is no signal, it waits. */
  take(step: string, words: Readonly<Record<string, unknown>>): Promise<Told | undefined>;
  /** Tells the gateway what waits; the last answer that it gave. */
  send(): Promise<Told | undefined>;
  /** The person has read what was refused. */
  putAway(): void;
}

/** `told` hears every answer of the gateway that holds the visit. */
export function createKeptSteps(told: (visit: VisitBody) => void): KeptSteps {
  let no = "";
  let kept = $state.raw<readonly KeptStep[]>([]);
  /** The last try came to nothing: whoever presses on does not wait for the next one. */
  let lost = $state(false);
  let heard: { readonly at: number; readonly mono: number; readonly wall: number } | undefined;
  let sending: Promise<Told | undefined> | undefined;

  const open = () => kept.filter(({ refused }) => refused === undefined);
  const set = (steps: readonly KeptStep[]) => {
    kept = steps;
    writeKept(no, steps);
  };
  const hear = (visit: VisitBody) => {
    heard = { at: Date.parse(visit.now), mono: monotonic(), wall: wall() };
    told(visit);
    if (visit.no === no) return;
    no = visit.no;
    kept = readKept(no);
    lost = open().length > 0;
  };

  /** A sleeping phone stops its monotonic clock, and a new network sets its wall clock: whichever went further is the truth. */
  const gatewayNow = (): number =>
    heard ? heard.at + Math.max(monotonic() - heard.mono, wall() - heard.wall) : wall();

  /** A step on its first way happens now, by the gateway's clock; one that waited says when it was done, never later than now. */
  async function sendAll(fresh: string | undefined): Promise<Told | undefined> {
    let last: Told | undefined;
    if (open()[0]?.commandId !== fresh) {
      last = await look();
      if (!last.ok) return last;
      hear(last.body);
    }
    for (let one = open()[0]; one; one = open()[0]) {
      const { commandId: id, step, words, doneAt } = one;
      const occurredAt = isoTime(Math.min(Date.parse(doneAt), gatewayNow()));
      last = await sendStep(step, { ...words, commandId: id, ...(id === fresh ? {} : { occurredAt }) });
      if (!last.ok && !isFinal(last)) return last;
      if (last.ok) hear(last.body);
      const refused = last.ok || id === fresh ? undefined : last.error?.message;
      if (refused) set(kept.map((each) => (each.commandId === id ? { ...each, refused } : each)));
      else set(kept.filter((each) => each.commandId !== id));
    }
    return last;
  }

  async function send(fresh?: string): Promise<Told | undefined> {
    while (sending) await sending;
    sending = sendAll(fresh);
    try {
      return await sending;
    } finally {
      sending = undefined;
      lost = open().length > 0;
    }
  }

  return {
    get waiting() {
      return lost ? open() : [];
    },
    get refused() {
      return kept.filter(({ refused }) => refused !== undefined);
    },
    hear,
    shown: (visit) => (visit.work && lost ? { ...visit, work: withKept(visit.work, open()) } : visit),
    async take(step, words) {
      const id = commandId();
      const before = lost;
      set([...kept, { commandId: id, step, words, doneAt: isoTime(gatewayNow()) }]);
      if (before) {
        void send();
        return undefined;
      }
      const answer = await send(id);
      return lost ? undefined : answer;
    },
    send: () => send(),
    putAway: () => set(open()),
  };
}
