/** Papers as JSON: names for ids, the time written out, nothing that identifies a phone. */
import type { FireLog } from "#model/fire-log";
import type { HandedTicket, Handover, ShiftSnapshot, Signature } from "#model/paper";
import { type Device, partName, type Site } from "#model/site";
import { formatInstant, type Instant } from "#model/time";
import { openedSince } from "../../rules/response/shift-snapshot.ts";
import type { FireLogBody, HandoverBody, SnapshotBody } from "./paper-shapes.ts";

const signed = ({ name, at }: Signature) => ({ name, at: formatInstant(at) });

const personOf = (site: Site, id: string) => ({
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

/** `live`: what the house knows of the fire system now, shown while nobody has made the entry. */
export function fireLogBody(
  paper: FireLog,
  site: Site,
  devices: ReadonlyMap<string, Device>,
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
    ...(paper.entry ? { entry: { ...paper.entry } } : {}),
    ...(at && alarms && silent ? { seen: { at, alarms, silent, drills } } : {}),
    ...(paper.filledBy ? { filledBy: signed(paper.filledBy) } : {}),
  };
}
