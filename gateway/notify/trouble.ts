/** Keeps what is wrong with the channels beyond the end of the process, and puts it back at the next start. */
import type { ChannelTrouble, OutletTrouble } from "#model/channel-trouble";
import type { Site } from "#model/site";
import { between, type Clock, type Instant, later, milliseconds, minutes } from "#model/time";
import type { Door } from "../door.ts";
import type { Lane } from "./lanes.ts";
import type { Outlet } from "./outlets.ts";

/** No receiver is left alone for longer, whatever was kept: the clock may have been set back meanwhile. */
const LONGEST = minutes(10);

export interface TroubleBook {
  /** After each post: writes what has changed, and nothing where nothing has. */
  note(lane: Lane): void;
  /** Resolves when nothing is on its way to the door any more. */
  idle(): Promise<void>;
}

const idOf = (channel: string): string => `TD-${channel}`;

interface Book {
  readonly door: Door;
  readonly site: Pick<Site, "revision">;
  readonly clock: Pick<Clock, "now" | "monotonic">;
}

/** Puts back what the house has kept of these lanes. */
export function openTroubleBook({ door, site, clock }: Book, lanes: Iterable<Lane>): TroubleBook {
  const written = new Map<string, string>();
  const going = new Set<Promise<unknown>>();
  for (const lane of lanes) {
    const kept = door.house.papers.get(idOf(lane.id));
    if (kept?.kind !== "channel" || kept.state !== "open") continue;
    // Of a site that was edited since: it may be right now, and the next message will tell.
    if (kept.revision === site.revision) putBack(lane, kept, clock);
    written.set(lane.id, essence(kept));
  }

  return {
    note(lane) {
      // The screens are the house itself.
      if (lane.kind === "console") return;
      const now = clock.now();
      const outlets = lane.outlets.map((outlet) => troubleOf(outlet, clock, now));
      const fails = lane.health === "fails";
      const isOpen = fails || outlets.some((one) => Object.keys(one).length > 0);
      const before = door.house.papers.get(idOf(lane.id));
      if (!isOpen && !written.has(lane.id)) return;
      const since = before?.kind === "channel" && before.state === "open" ? before.at : (lane.since ?? now);
      const trouble: ChannelTrouble = {
        kind: "channel",
        id: idOf(lane.id),
        state: isOpen ? "open" : "closed",
        at: since,
        channel: lane.id,
        revision: site.revision,
        fails,
        because: lane.because ?? outlets.find(({ bad }) => bad)?.bad?.because ?? "",
        outlets,
      };
      if (written.get(lane.id) === essence(trouble)) return;
      if (isOpen) written.set(lane.id, essence(trouble));
      else written.delete(lane.id);
      const entry = {
        occurredAt: now,
        at: now,
        about: `paper:${trouble.id}`,
        event: isOpen ? (fails ? "channel-fails" : "channel-limps") : "channel-works",
        actor: "gatehouse",
        data: { channel: lane.id, because: trouble.because },
        after: { paper: trouble },
      };
      const taken = door.take({ type: "record", rows: { papers: [trouble], journal: [entry] } }).then(() => {
        going.delete(taken);
      });
      going.add(taken);
    },
    async idle() {
      while (going.size > 0) await Promise.race(going);
    },
  };
}

/** What must be written anew when it changes; the words of the receiver may differ from one try to the next. */
const essence = ({ state, fails, revision, outlets }: ChannelTrouble): string =>
  JSON.stringify([
    state,
    fails,
    revision,
    outlets.map(({ restsUntil, gone, bad }) => [restsUntil ?? 0, gone === true, bad !== undefined]),
  ]);

function troubleOf(outlet: Outlet, clock: Book["clock"], now: Instant): OutletTrouble {
  const rest = outlet.closedUntil - clock.monotonic();
  return {
    // To the second: the same rest, looked at twice, is the same.
    ...(rest > 0 ? { restsUntil: later(now, milliseconds(Math.ceil((now + rest) / 1_000) * 1_000 - now)) } : {}),
    ...(outlet.gone ? { gone: true as const } : {}),
    ...(outlet.bad ? { bad: outlet.bad } : {}),
  };
}

function putBack(lane: Lane, kept: ChannelTrouble, clock: Book["clock"]): void {
  if (kept.fails) {
    lane.health = "fails";
    lane.since = kept.at;
    lane.because = kept.because;
  }
  for (const [index, { restsUntil, gone, bad }] of kept.outlets.entries()) {
    const outlet = lane.outlets[index];
    if (!outlet) continue;
    outlet.gone = gone === true;
    if (bad) outlet.bad = bad;
    const rest = restsUntil === undefined ? 0 : between(clock.now(), restsUntil);
    if (rest > 0) outlet.closedUntil = milliseconds(clock.monotonic() + Math.min(rest, LONGEST));
  }
}
