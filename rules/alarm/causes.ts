/** Which alarms would explain another one: `suppress_by` of its rule, and for silence the link and what the device depends on. */
import type { CausePlace, RuleDefinition } from "#model/rule";
import { type Device, linkPart, type Place, type Site } from "#model/site";
import { COMMUNICATION_RULE } from "./communication-rule.ts";
import { isTrouble } from "./trouble-rule.ts";

interface Index {
  readonly rules: ReadonlyMap<string, RuleDefinition>;
  readonly devices: ReadonlyMap<string, Device>;
  /** Links that several devices share: their silence has one cause. */
  readonly shared: ReadonlySet<string>;
  /** Rules that explain others. */
  readonly causes: ReadonlySet<string>;
}

const indexes = new WeakMap<Site, Index>();

/** A site never changes while it is loaded, so that what follows from it is looked up and not computed again. */
function indexOf(site: Site): Index {
  const known = indexes.get(site);
  if (known) return known;
  const users = new Map<string, number>();
  for (const { link } of site.devices) users.set(link, (users.get(link) ?? 0) + 1);
  const index: Index = {
    rules: new Map(site.rules.map((rule) => [rule.id, rule])),
    devices: new Map(site.devices.map((device) => [device.id, device])),
    shared: new Set([...users].filter(([, count]) => count > 1).map(([link]) => link)),
    causes: new Set([
      COMMUNICATION_RULE,
      ...site.rules.flatMap((rule) => rule.suppressBy ?? []).map(({ rule }) => rule),
    ]),
  };
  indexes.set(site, index);
  return index;
}

/** Whether alarms of this rule explain others at all; almost none do. */
export const isCause = (site: Site, rule: string): boolean => indexOf(site).causes.has(rule);

const alike = (a: Place, b: Place, keys: readonly (keyof Place)[]): boolean =>
  keys.every((key) => a[key] !== undefined && a[key] === b[key]);

const stands: Readonly<Record<CausePlace, (cause: Device, of: Device) => boolean>> = {
  same: (cause, of) => cause.id === of.id,
  depends_on: (cause, of) => of.dependsOn.includes(cause.id),
  room: (cause, of) => alike(cause.place, of.place, ["building", "floor", "room"]),
  floor: (cause, of) => alike(cause.place, of.place, ["building", "floor"]),
  building: (cause, of) => alike(cause.place, of.place, ["building"]),
  site: () => true,
};

/** Ids of the alarms that would explain `<rule>@<device>`; each need not exist. */
export function causesOf(site: Site, rule: string, deviceId: string): readonly string[] {
  const { rules, devices, shared } = indexOf(site);
  const device = devices.get(deviceId);
  if (!device) return [];
  if (rule === COMMUNICATION_RULE) {
    const above = shared.has(device.link) ? [linkPart(device.link), ...device.dependsOn] : device.dependsOn;
    return above.map((id) => `${COMMUNICATION_RULE}@${id}`);
  }
  if (isTrouble(rule) && !rules.has(rule)) {
    const silent = [device.id, ...(shared.has(device.link) ? [linkPart(device.link)] : []), ...device.dependsOn];
    return silent.map((id) => `${COMMUNICATION_RULE}@${id}`);
  }
  return (rules.get(rule)?.suppressBy ?? []).flatMap((cause) => {
    if (cause.where === "same") return [`${cause.rule}@${device.id}`];
    if (cause.where === "depends_on") return device.dependsOn.map((id) => `${cause.rule}@${id}`);
    const kind = rules.get(cause.rule)?.kind;
    return site.devices
      .filter((one) => (kind === undefined || one.kind === kind) && stands[cause.where](one, device))
      .map((one) => `${cause.rule}@${one.id}`);
  });
}

/** Devices behind each shared link, by what its alarm has in the place of a device. */
export function sharedLinks(site: Site): ReadonlyMap<string, readonly Device[]> {
  const { shared } = indexOf(site);
  return new Map([...shared].map((link) => [linkPart(link), site.devices.filter((device) => device.link === link)]));
}
