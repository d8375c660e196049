/** What the gateway last said: alarms, tickets, devices, values. Plain maps, shown as lists that change once a frame. */
import type { AlarmBody, FloodBody } from "../../../api/alarm-shapes.ts";
import type { LiveFrame } from "../../../api/live-shapes.ts";
import type { DeviceBody, PointBody, SiteBody } from "../../../api/shapes.ts";
import type { TicketBody } from "../../../api/ticket-shapes.ts";
import { oncePerFrame } from "./browser-clock.ts";
import { isAlarm, isDevice, isPoint, isTicket } from "./rows-that-fit.ts";
import { setZone } from "./site-time.svelte.ts";

type Snapshot = Extract<LiveFrame, { kind: "snapshot" }>;
export type Heartbeat = Pick<Extract<LiveFrame, { kind: "heartbeat" }>, "age" | "online" | "devices" | "stored">;

const alarmsById = new Map<string, AlarmBody>();
const ticketsByNo = new Map<string, TicketBody>();
const devicesById = new Map<string, DeviceBody>();
const pointsById = new Map<string, PointBody>();

let site = $state.raw<SiteBody | undefined>(undefined);
let alarms = $state.raw<readonly AlarmBody[]>([]);
let tickets = $state.raw<readonly TicketBody[]>([]);
let devices = $state.raw<readonly DeviceBody[]>([]);
let points = $state.raw<readonly PointBody[]>([]);
let heartbeat = $state.raw<Heartbeat | undefined>(undefined);
let whole = $state(false);
let floods = $state.raw<readonly FloodBody[]>([]);

export const house = {
  get site() {
    return site;
  },
  /** Every alarm that is not normal, in no order. */
  get alarms() {
    return alarms;
  },
  /** Tickets that are not closed or merged, in no order. */
  get tickets() {
    return tickets;
  },
  get devices() {
    return devices;
  },
  /** Values of the devices that this page has asked for. */
  get points() {
    return points;
  },
  get heartbeat() {
    return heartbeat;
  },
  /** Desks that are flooded now. */
  get floods() {
    return floods;
  },
  /** True once the first snapshot is here. */
  get whole() {
    return whole;
  },
};

/** The same without waiting for the next frame: a hidden page paints none, but it must sound. */
export const alarmsAtOnce = (): Iterable<AlarmBody> => alarmsById.values();
export const ticketsAtOnce = (): Iterable<TicketBody> => ticketsByNo.values();

let dirty = { alarms: false, tickets: false, devices: false, points: false };

const show = oncePerFrame(() => {
  const now = dirty;
  dirty = { alarms: false, tickets: false, devices: false, points: false };
  if (now.alarms) alarms = [...alarmsById.values()];
  if (now.tickets) tickets = [...ticketsByNo.values()];
  if (now.devices) devices = [...devicesById.values()];
  if (now.points) points = [...pointsById.values()];
});

export function putAlarms(changed: readonly AlarmBody[]): void {
  for (const alarm of changed.filter(isAlarm)) {
    if (alarm.state === "normal") alarmsById.delete(alarm.id);
    else alarmsById.set(alarm.id, alarm);
  }
  dirty.alarms = true;
  show();
}

export function putTickets(changed: readonly TicketBody[]): void {
  for (const ticket of changed.filter(isTicket)) {
    if (ticket.state === "closed" || ticket.state === "merged") ticketsByNo.delete(ticket.no);
    else ticketsByNo.set(ticket.no, ticket);
  }
  dirty.tickets = true;
  show();
}

export function putDevices(changed: readonly DeviceBody[]): void {
  for (const device of changed.filter(isDevice)) devicesById.set(device.id, device);
  dirty.devices = true;
  show();
}

export function putPoints(changed: readonly PointBody[], devices?: ReadonlySet<string>): void {
  for (const point of changed.filter(isPoint)) {
    if (!devices || devices.has(point.device)) pointsById.set(point.id, point);
  }
  dirty.points = true;
  show();
}

/** Forgets all values: another device is looked at. */
export function forgetPoints(): void {
  pointsById.clear();
  dirty.points = true;
  show();
}

/** A whole view replaces what was known; a view of one device only adds to it. */
function putSnapshot(frame: Snapshot): void {
  site = frame.site;
  setZone(frame.site.zone);
  if (frame.view !== "device") {
    alarmsById.clear();
    ticketsByNo.clear();
  }
  putAlarms(frame.alarms);
  putTickets(frame.tickets);
  putDevices(frame.devices);
  putPoints(frame.points);
  floods = frame.floods ?? [];
  whole = true;
}

/** Takes one frame of the stream. Throws when its shape is not what the contract says; the caller counts that as garbage. */
export function putFrame(frame: LiveFrame, wanted: ReadonlySet<string>): void {
  switch (frame.kind) {
    case "snapshot":
      putSnapshot(frame);
      return;
    case "value":
      putPoints(frame.points, wanted);
      return;
    case "alarm":
      putAlarms(frame.alarms);
      return;
    case "ticket":
      putTickets(frame.tickets);
      return;
    case "flood":
      floods = frame.floods;
      return;
    case "link":
      putDevices(frame.devices);
      return;
    case "heartbeat":
      heartbeat = { age: frame.age, online: frame.online, devices: frame.devices, stored: frame.stored };
  }
}

/** Signed out: the next person starts from nothing. */
export function forgetHouse(): void {
  alarmsById.clear();
  ticketsByNo.clear();
  devicesById.clear();
  pointsById.clear();
  dirty = { alarms: true, tickets: true, devices: true, points: true };
  show();
  heartbeat = undefined;
  floods = [];
  whole = false;
}
