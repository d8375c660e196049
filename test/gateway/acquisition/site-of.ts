/** A running acquisition on strings: devices in one line each, a hand-held clock, and what came out of it. */
import type { PointDefinition } from "#model/points";
import { BAD, reasons } from "#model/quality";
import type { Device, Site } from "#model/site";
import { type AcquisitionInput, startAcquisition } from "../../../gateway/acquisition/acquire.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { point } from "../points/points.ts";
import { createPuppetDriver, type Life } from "./puppet-driver.ts";

export interface DeviceOf {
  readonly points: Readonly<Record<string, Partial<PointDefinition>>>;
  readonly device?: Partial<Device>;
}

export function siteWith(devices: Readonly<Record<string, DeviceOf>>): Site {
  const points: PointDefinition[] = [];
  const list = Object.entries(devices).map(([id, { points: own, device }], i): Device => {
    const first = points.length;
    for (const [key, more] of Object.entries(own)) points.push(point(key, { id: `${id}.${key}`, device: id, ...more }));
    return {
      id,
      name: { zh: id, en: id },
      kind: "water",
      place: {},
      link: "line",
      unit: i + 1,
      params: {},
      dependsOn: [],
      points: Object.keys(own).map((_, n) => first + n),
      maxRegisters: 125,
      ...device,
    };
  });
  const links = [...new Set(list.map(({ link }) => link))].map((id) => ({ id, driver: "puppet", settings: {} }));
  return { devices: list, points, links } as Partial<Site> as Site;
}

export function acquire(site: Site, more: Partial<AcquisitionInput> = {}) {
  const clock = createManualClock();
  const puppet = createPuppetDriver();
  const table = createPointTable(site.points);
  const events: string[] = [];
  const acquisition = startAcquisition({
    site,
    drivers: new Map([["puppet", puppet.driver]]),
    table,
    clock,
    folder: (driver) => driver,
    random: () => 0.5,
    onChanged: () => undefined,
    onDevices: (changes) => events.push(...changes.map(({ device, state }) => `${device} ${state}`)),
    ...more,
  });
  /** Values as people may see them: the number, or why there is none. */
  const rows = () =>
    [...table.value].map((value, i) => (table.quality[i] === BAD ? reasons[table.reason[i] as number] : value));
  return { site, clock, puppet, table, acquisition, events, rows };
}

/** Reports one read of these handles that took 10 ms. */
export const answer = (
  { tools }: Life,
  device: string,
  handles: readonly number[],
  raw: readonly number[],
  told = {},
) => tools.report.samples(device, Int32Array.from(handles), Float64Array.from(raw), handles.length, 10 as never, told);
