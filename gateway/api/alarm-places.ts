/** How an alarm is called and where it is seen: names for reports, and the operator positions of the site. */
import { partName, type Site } from "#model/site";
import type { Text } from "#model/text";
import type { ApiHouse } from "./api-house.ts";

/** A place where somebody sits before alarms. The whole site is one; so is each building of a site with several. */
export interface Position {
  readonly id: string;
  readonly name: Text;
  sees(alarm: string): boolean;
}

const deviceOf = (alarm: string): string => alarm.slice(alarm.indexOf("@") + 1);

export function positionsOf(site: Site): readonly Position[] {
  const buildings = new Map<string, Set<string>>();
  for (const { id, place } of site.devices) {
    if (place.building === undefined) continue;
    const devices = buildings.get(place.building) ?? new Set();
    buildings.set(place.building, devices.add(id));
  }
  const whole: Position = { id: "site", name: { zh: "值守台（全部）", en: "Main desk (all)" }, sees: () => true };
  if (buildings.size < 2) return [whole];
  const parts = [...buildings].map(
    ([building, devices]): Position => ({
      id: `building:${building}`,
      name: { zh: building, en: building },
      sees: (alarm) => devices.has(deviceOf(alarm)),
    }),
  );
  return [whole, ...parts];
}

/** `1#客梯 轿厢困人`: the device and what the alarm says; the id itself when neither is known any more. */
export function alarmName(
  { site, devicesById, door }: Pick<ApiHouse, "site" | "devicesById" | "door">,
  id: string,
): Text {
  const at = id.indexOf("@");
  if (at < 0) return { zh: id, en: id };
  const rule = id.slice(0, at);
  const device = devicesById.get(id.slice(at + 1));
  const name = partName(device, id.slice(at + 1));
  const title = door.house.alarms.get(id)?.title ??
    site.rules.find((one) => one.id === rule && (device === undefined || one.kind === device.kind))?.title ?? {
      zh: rule,
      en: rule,
    };
  return { zh: `${name.zh} ${title.zh}`, en: `${name.en}: ${title.en}` };
}
