/** Which points a target in the north wants: by device, kind and tag, each list narrowing. */
import * as z from "zod";
import { deviceKinds } from "#model/site";
import { nearest } from "../../rules/language/nearest.ts";
import type { SiteDevices } from "./devices.ts";
import { type Part, placeOf } from "./parse-part.ts";
import { type ProblemList, suggestion } from "./problems.ts";
import { Id } from "./vocabulary.ts";

export const ChosenPoints = z.strictObject({
  devices: z.array(Id).min(1).optional(),
  kinds: z.array(z.enum(deviceKinds)).min(1).optional(),
  tags: z.array(z.string().min(1)).min(1).optional(),
});

/** What is known of the site so far. */
export type Have = Pick<SiteDevices, "devices" | "points" | "complete">;

/** Devices and tags that the site does not have, and a choice that chooses nothing. */
export function checkPoints(at: Part, points: z.output<typeof ChosenPoints>, site: Have, problems: ProblemList): void {
  if (!site.complete) return;
  const ids = site.devices.map(({ id }) => id);
  for (const [index, id] of (points.devices ?? []).entries()) {
    if (ids.includes(id)) continue;
    problems.error(
      placeOf(at, "devices", index),
      { zh: `没有设备 ${id}`, en: `there is no device ${id}` },
      suggestion(nearest(id, ids), ids),
    );
  }
  if (points.devices?.some((id) => !ids.includes(id))) return;
  const kinds = new Map(site.devices.map(({ id, kind }) => [id, kind]));
  const chosen = site.points.some(
    ({ device, tags }) =>
      (points.devices?.includes(device) ?? true) &&
      (points.kinds?.some((kind) => kind === kinds.get(device)) ?? true) &&
      (points.tags?.some((tag) => tags.includes(tag)) ?? true),
  );
  if (chosen || site.points.length === 0) return;
  problems.warning(
    placeOf(at),
    { zh: "points 没有选中任何点", en: "points chooses no point at all" },
    {
      zh: "核对设备、类别和标签；不写 points 则发送全部。",
      en: "Check devices, kinds and tags; without points everything is sent.",
    },
  );
}
