/** What the screens are told, as bodies: read from the house at the moment of asking, the same for every onlooker. */
import type { Alarm } from "#model/alarm";
import type { Device } from "#model/site";
import type { Ticket } from "#model/ticket";
import { formatInstant } from "#model/time";
import type { ApiHouse } from "../api-house.ts";
import type { LiveFrame } from "../live-shapes.ts";
import { deviceBody, pointBody, siteBody } from "../project.ts";
import { alarmBody, floodBodies } from "../project-alarm.ts";
import { ticketBody } from "../project-ticket.ts";
import { byNeed } from "../routes/tickets.ts";
import type { KeptFrame } from "./frames.ts";
import type { LiveView } from "./seats.ts";

/** One frame as it is sent. */
export const frameOf = (body: LiveFrame): KeptFrame => ({ seq: body.seq, kind: body.kind, text: JSON.stringify(body) });

/** Readers of the house for the live stream; none of them changes anything. */
export function createPictures(house: ApiHouse) {
  const { clock, site, door, table } = house;
  const at = () => formatInstant(clock.now());
  const ofDevices = (wanted: readonly Device[]) => {
    const readings = new Map(house.devices().map((one) => [one.device, one]));
    return wanted.map((one) => deviceBody(one, readings.get(one.id), site, house.startedAt));
  };
  const ofPoints = (handles: Iterable<number>) => [...handles].map((handle) => pointBody(table, handle));
  const ofAlarms = (alarms: readonly Alarm[]) => alarms.map((alarm) => alarmBody(alarm, house.devicesById));
  const ofTickets = (tickets: readonly Ticket[]) => {
    const now = clock.now();
    return [...tickets].sort(byNeed).map((ticket) => ticketBody(ticket, house.ticketView, now));
  };
  const ofFloods = () => floodBodies(door.house.tides.values());
  const allPoints = (ids: Iterable<string>) =>
    [...ids].flatMap((id) => ofPoints(house.devicesById.get(id)?.points ?? []));

  return {
    at,
    ofDevices,
    ofPoints,
    ofAlarms,
    ofTickets,
    ofFloods,
    /** The present values of these devices, all of them. */
    allPoints,
    /** The whole picture; of the alarms those that are given. */
    snapshot(seq: number, view: LiveView, ids: Iterable<string>, alarms: readonly Alarm[]): KeptFrame {
      const now = clock.now();
      return frameOf({
        seq,
        at: formatInstant(now),
        kind: "snapshot",
        view,
        site: siteBody(site, { version: house.version, clockTrusted: house.clockTrusted(), now }),
        devices: ofDevices(site.devices),
        alarms: ofAlarms(alarms),
        tickets: ofTickets([...door.house.tickets.values()].filter((ticket) => ticket.closedAt === undefined)),
        points: allPoints(ids),
        floods: ofFloods(),
      });
    },
    /** That the house lives: how old the newest good reading is (s), and how many devices answer. */
    heartbeat(seq: number): KeptFrame {
      const readings = house.devices();
      let newest = 0;
      let online = 0;
      for (const one of readings) {
        newest = Math.max(newest, one.lastGood ?? 0);
        if (one.state === "online" || one.state === "degraded") online += 1;
      }
      const now = clock.now();
      return frameOf({
        seq,
        at: formatInstant(now),
        kind: "heartbeat",
        age: newest === 0 ? null : Math.max(0, now - newest) / 1_000,
        online,
        devices: readings.length,
        stored: door.stored(),
      });
    },
  };
}
