/** Once a second the house writes what it knows about itself into its own points. */
import { X509Certificate } from "node:crypto";
import { statfs } from "node:fs/promises";
import type { Device, Site } from "#model/site";
import { type Instant, type Moment, seconds } from "#model/time";
import type { Door } from "../door.ts";
import type { Historian } from "../history/historian.ts";
import { settle } from "../points/settle.ts";
import type { PointTable } from "../points/table.ts";
import { selfReadings } from "./readings.ts";

/** A disk does not fill in less, and a network disk may take its time to answer. */
const DISK_EVERY = seconds(10);

/** In bytes; `free` is what the house may still write. */
export interface DiskRoom {
  readonly free: number;
  readonly size: number;
}

/** Rejects when the folder or its disk is gone. */
export async function readDisk(folder: string): Promise<DiskRoom> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { free: bavail * bsize, size: blocks * bsize };
}

export interface SelfInput {
  /** As `withSelf` gave it: the gateway is the last device. */
  readonly site: Site;
  readonly table: PointTable;
  /** The disk of the data folder. */
  readonly disk: () => Promise<DiskRoom>;
  readonly door: Door;
  readonly historian: Pick<Historian, "standing">;
  readonly clockTrusted: () => boolean;
  /** Consoles that are open. */
  readonly screens: () => number;
  readonly links: () => readonly { readonly state: string }[];
  /** Targets in the north; a queue that is not open yet has no standing. */
  readonly north?: () => readonly {
    readonly target: string;
    readonly lately: number;
    readonly refused: number;
    readonly damaged: number;
    readonly standing: { readonly fill: number; readonly oldest?: number; readonly because?: unknown } | undefined;
  }[];
  /** The ways out for messages. */
  readonly channels: () => readonly { readonly health: string }[];
}

export interface Self {
  readonly device: Device;
  beat(at: Moment): void;
}

/** When the certificate ends, as an instant; NaN for one that cannot be read. */
export function endOf(pem: string): number {
  try {
    return new X509Certificate(pem).validToDate.getTime();
  } catch {
    return Number.NaN;
  }
}

export function watchSelf(input: SelfInput): Self {
  const { site, table, door, historian } = input;
  const device = site.devices.at(-1) as Device;
  const handles = Int32Array.from(device.points);
  const keys = device.points.map((handle) => site.points[handle]?.key ?? "");
  const raw = new Float64Array(handles.length);
  const changed = new Int32Array(handles.length);
  const certificateEnds = site.broker?.tls ? endOf(site.broker.tls.cert) : undefined;
  let disk: DiskRoom | undefined;
  let asked: { at: Moment; answered: boolean } | undefined;
  let before: Moment | undefined;

  /** The answer serves the beats after it; a disk that does not answer is asked no second time meanwhile. */
  function askDisk(at: Moment): void {
    if (asked && (!asked.answered || at.mono - asked.at.mono < DISK_EVERY)) return;
    const question = { at, answered: false };
    asked = question;
    input.disk().then(
      (room) => {
        disk = room;
        question.answered = true;
      },
      () => {
        disk = undefined;
        question.answered = true;
      },
    );
  }

  return {
    device,
    beat(at) {
      askDisk(at);
      const { queue, because, damaged } = historian.standing();
      const readings = selfReadings({
        at,
        before,
        disk,
        outbox: door.house.outbox.values(),
        clockTrusted: input.clockTrusted(),
        stored: door.stored(),
        history: { queue, ok: because === undefined, damaged },
        north: (input.north?.() ?? []).map(({ target, standing, lately, refused, damaged }) => ({
          target,
          dropped: lately,
          refused,
          damaged,
          fill: standing?.fill ?? 0,
          ok: standing !== undefined && standing.because === undefined,
          ...(standing?.oldest === undefined ? {} : { oldest: standing.oldest }),
        })),
        screens: input.screens(),
        links: input.links(),
        channels: input.channels(),
        certificateEnds,
      });
      before = at;
      for (const [row, key] of keys.entries()) raw[row] = readings[key] ?? Number.NaN;
      door.samples(changed, settle(table, handles, raw, handles.length, at, changed));
    },
  };
}

/** The gateway among the devices: it is there as long as it can say so. It has no `lastGood`, so that it hides no silence. */
export const selfStanding = ({ id }: Device, since: Instant) => ({
  device: id,
  state: "online" as const,
  since,
  pollWanted: 1,
  pollAchieved: 1,
});
