/** Papers as JSON: names for ids, the time written out, nothing that identifies a phone. */
import type { FireLog, FireRoomGap } from "#model/fire-log";
import type { HandedTicket, Handover, Paper, ShiftSnapshot, Signature } from "#model/paper";
import { type Device, partName, type Site } from "#model/site";
import { formatInstant, type Instant } from "#model/time";
import { gapText } from "../../rules/response/fire-room.ts";
import { openedSince } from "../../rules/response/shift-snapshot.ts";
import type { FireLogBody, FireRoomBody, HandoverBody, SnapshotBody } from "./paper-shapes.ts";

const signed = ({ name, at }: Signature) => ({ name, at: formatInstant(at) });

export const personOf = (site: Site, id: string) => ({
  id,
  name: site.people.people.find((one) => one.id === id)?.name ?? id,
});

const ticketRow = ({ clocks, nextAt, title, ...rest }: HandedTicket): SnapshotBody["tickets"][number] => ({
  ...rest,
  title: { ...title },
  clocks: clocks.map((clock) => ({ ...clock, dueAt: formatInstant(clock.dueAt) })),
  ...(nextAt === undefined ? {} : { nextAt: formatInstant(nextAt) }),
});

export function snapshotBody(snapshot: ShiftSnapshot, devices: ReadonlyMap<string, Device>): SnapshotBody {
  const nameOf = (id: string) => ({ ...partName(devices.get(id), id) });
  return {
    at: formatInstant(snapshot.at),
    tickets: snapshot.tickets.map(ticketRow),
    alarms: snapshot.alarms.map(({ since, until, title, ...rest }) => ({
      ...rest,
      title: { ...title },
      deviceName: nameOf(rest.device),
      since: formatInstant(since),
      ...(until === undefined ? {} : { until: formatInstant(until) }),
    })),
    silent: snapshot.silent.map((id) => ({ id, name: nameOf(id) })),
  };
}

/** `live`: the house as it stands now, shown while nobody has signed. */
export function handoverBody(
  paper: Handover,
  site: Site,
  devices: ReadonlyMap<string, Device>,
  now: Instant,
  live?: ShiftSnapshot,
): HandoverBody {
  const person = (id: string) => personOf(site, id);
  const team = site.people.teams.find((one) => one.id === paper.team);
  const snapshot = paper.snapshot ?? (paper.state === "open" ? live : undefined);
  const since = paper.state === "open" && live ? openedSince(paper.snapshot, live) : (paper.since ?? []);
  return {
    id: paper.id,
    state: paper.state,
    at: formatInstant(paper.at),
    signBy: formatInstant(paper.signBy),
    late: paper.state === "open" && now >= paper.signBy,
    missed: paper.state === "closed" && paper.takenBy === undefined,
    team: { id: paper.team, name: { ...(team?.name ?? { zh: paper.team, en: paper.team }) } },
    leaving: paper.leaving.map(person),
    coming: paper.coming.map(person),
    notes: paper.notes,
    checks: paper.checks.map((check) => ({ ...check, text: { ...check.text } })),
    ...(snapshot ? { snapshot: snapshotBody(snapshot, devices) } : {}),
    ...(paper.handedBy ? { handedBy: signed(paper.handedBy) } : {}),
    ...(since.length > 0 ? { since: since.map(ticketRow) } : {}),
    ...(paper.takenBy ? { takenBy: signed(paper.takenBy) } : {}),
  };
}

export const fireRoomGap = (gap: FireRoomGap, site: Site): FireRoomBody["gaps"][number] => ({
  id: gap.id,
  from: formatInstant(gap.at),
  ...(gap.to === undefined ? {} : { to: formatInstant(gap.to) }),
  onDuty: gap.onDuty.map((id) => personOf(site, id)),
  text: { ...gapText(gap, site) },
});

const signedBeside = ({ id, handedBy, takenBy }: Handover) => ({
  id,
  ...(handedBy ? { handedBy: signed(handedBy) } : {}),
  ...(takenBy ? { takenBy: signed(takenBy) } : {}),
});

export interface Around {
  readonly site: Site;
  readonly devices: ReadonlyMap<string, Device>;
  /** Of an entry at a change of shift: the handovers that both shifts sign. */
  readonly beside: readonly (Paper | undefined)[];
}

/** `live`: what the house knows of the fire system now, shown while nobody has made the entry. */
export function fireLogBody(
  paper: FireLog,
  { site, devices, beside }: Around,
  now: Instant,
  live?: NonNullable<FireLog["seen"]>,
): FireLogBody {
  const seen = paper.seen ?? (paper.state === "open" ? live : undefined);
  const drills = (seen?.drills ?? []).map(({ ticket, title, from, to }) => ({
    ticket,
    title: { ...title },
    from: formatInstant(from),
    ...(to === undefined ? {} : { to: formatInstant(to) }),
  }));
  const { at, alarms, silent } = seen ? snapshotBody({ ...seen, tickets: [] }, devices) : {};
  return {
    id: paper.id,
    state: paper.state,
    at: formatInstant(paper.at),
    fillBy: formatInstant(paper.fillBy),
    late: (paper.filledBy?.at ?? now) > paper.fillBy,
    missed: paper.state === "closed" && paper.filledBy === undefined,
    onDuty: paper.onDuty.map((id) => personOf(site, id)),
    checks: paper.checks.map((check) => ({ ...check, text: { ...check.text } })),
    ...(paper.handover
      ? {
          handover: {
            leaving: paper.handover.leaving.map((id) => personOf(site, id)),
            coming: paper.handover.coming.map((id) => personOf(site, id)),
            papers: beside.flatMap((one) => (one?.kind === "handover" ? [signedBeside(one)] : [])),
          },
        }
      : {}),
    ...(paper.entry ? { entry: { ...paper.entry } } : {}),
    ...(at && alarms && silent ? { seen: { at, alarms, silent, drills } } : {}),
    ...(paper.filledBy ? { filledBy: signed(paper.filledBy) } : {}),
  };
}
