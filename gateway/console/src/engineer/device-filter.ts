/** Which devices the list shows, and in which order: by kind, then by name as people count (2# before 10#). */
import type { DeviceBody } from "../../../api/shapes.ts";
import { kinds } from "../shared/kinds.ts";

export interface DeviceFilter {
  readonly kind: string;
  readonly state: string;
  readonly building: string;
  readonly words: string;
}

export const emptyFilter: DeviceFilter = { kind: "", state: "", building: "", words: "" };

export function filterDevices(
  devices: readonly DeviceBody[],
  filter: DeviceFilter,
  language: "zh" | "en",
): DeviceBody[] {
  const words = filter.words.trim().toLowerCase();
  const order = new Intl.Collator(language === "zh" ? "zh-CN" : "en", { numeric: true });
  return devices
    .filter(
      (device) =>
        (filter.kind === "" || device.kind === filter.kind) &&
        (filter.state === "" || device.state === filter.state) &&
        (filter.building === "" || device.place.building === filter.building) &&
        (words === "" ||
          [
            device.id,
            device.name.zh,
            device.name.en,
            device.place.building,
            device.place.floor,
            device.place.room,
          ].some((text) => text?.toLowerCase().includes(words))),
    )
    .sort(
      (a, b) =>
        kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
        order.compare(a.name[language], b.name[language]) ||
        order.compare(a.id, b.id),
    );
}
