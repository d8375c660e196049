/** Asks for a storm of changes: of the whole fleet, of one line, of one device. */
import * as z from "zod";
import type { Building } from "./building.ts";
import { findDevice, findLine, names, noDevice } from "./control-actions.ts";
import { no, parse, type Reply } from "./control-reply.ts";

const StormBody = z
  .strictObject({
    changes: z.int().min(1).max(1_000_000).default(10_000),
    seconds: z.number().min(0.1).max(600).default(1),
    device: z.string().optional(),
    link: z.union([z.string(), z.int()]).optional(),
  })
  .prefault({});

/** Answers at once; the truth tells when it is over and how many changes there were. */
export function storm(building: Building, body: unknown): Reply {
  const parsed = parse(StormBody, body);
  if ("refused" in parsed) return parsed.refused;
  const { changes, seconds, device, link } = parsed.value;
  if (device !== undefined && link !== undefined)
    return no(400, "bad_request", "device 与 link 只能写一个", "Name a device or a link, not both");
  const found = device === undefined ? undefined : findDevice(building, device);
  if (device !== undefined && !found) return noDevice(building, device);
  const line = link === undefined ? undefined : findLine(building, link);
  if (link !== undefined && !line) {
    const known = names(building.lines.map((one) => one.name));
    return no(404, "unknown_link", `没有链路 ${link}，现有：${known}`, `There is no link ${link}; there are: ${known}`);
  }
  const hit = building.devices
    .filter((one) => (found ? one === found : line ? one.line === line : true))
    .map((one) => one.device)
    .filter(({ analog }) => analog.length > 0);
  if (hit.length === 0)
    return no(400, "nothing_moves", "其中没有会变化的测点", "None of these has a measured point that could change");
  if (building.storm.raging)
    return no(
      409,
      "already_raging",
      "上一次数值变化尚未结束，请稍候或先停止",
      "A storm is on; wait for its end, or stop it",
    );
  building.storm.begin(found?.device.id ?? line?.name ?? "building", hit, changes, seconds);
  const points = hit.reduce((sum, one) => sum + one.analog.length, 0);
  return { status: 200, body: { changes, seconds, devices: hit.length, points } };
}
