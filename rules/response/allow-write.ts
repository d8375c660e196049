/** A person's order to write a point: allowed or not, and on record before it goes out. Rules never write by themselves. */
import type { Actor } from "#model/account";
import type { Command, Plan } from "#model/plan";
import type { PointDefinition } from "#model/points";
import { type Draft, refuse } from "../draft.ts";

type WritePoint = Extract<Command, { readonly do: "write-point" }>;

/** The plan holds one journal row about the device, `write-asked`; what came of it is recorded when it is known. */
export function allowWrite(draft: Draft, command: WritePoint, actor: Actor): Plan {
  const { site, devices } = draft.view;
  const point = site.points.find((one) => one.id === command.point);
  if (!point) return refuse(404, "no-such-point", `没有点位 ${command.point}。`, `There is no point ${command.point}.`);
  const refused = whyNot(point, command.value, actor, site.simulated);
  if (refused) return refused;
  const state = devices.get(point.device);
  if (state?.state !== "online") {
    return refuse(
      409,
      "device-not-online",
      `设备 ${point.device} 不在线，不能写入。${state?.because?.zh ?? ""}`,
      `The device ${point.device} is not online, so nothing is written. ${state?.because?.en ?? ""}`.trim(),
    );
  }
  draft.record(`device:${point.device}`, "write-asked", {
    point: point.id,
    value: command.value,
    order: command.order,
  });
  return draft.finish();
}

/** Why this person may not write this value there; nothing when he may. */
export function whyNot(point: PointDefinition, value: number, actor: Actor, simulated: boolean): Plan | undefined {
  const { write, id, name } = point;
  if (!write)
    return refuse(
      403,
      "not-writable",
      `点位 ${id}（${name.zh}）不允许写入。`,
      `The point ${id} (${name.en}) is not writable.`,
    );
  // On a simulated site the admin may do everything: what it acts on is not real.
  if (!write.who.includes(actor.role) && !(simulated && actor.role === "admin")) {
    return refuse(
      403,
      "not-your-role",
      `您的角色（${actor.role}）不能写入 ${name.zh}；允许的角色：${write.who.join("、")}。`,
      `Your role (${actor.role}) may not write ${name.en}; these may: ${write.who.join(", ")}.`,
    );
  }
  if (!mayHold(point, value)) {
    const allowed = allowedValues(point);
    return refuse(
      422,
      "value-not-allowed",
      `${name.zh} 不能写入 ${value}；允许：${allowed}。`,
      `${name.en} may not be written ${value}; allowed: ${allowed}.`,
    );
  }
  return undefined;
}

function mayHold(point: PointDefinition, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const { write, type, range } = point;
  if (write?.values) return write.values.includes(value);
  if (type === "bool") return value === 0 || value === 1;
  if (type === "enum") return Object.hasOwn(point.values ?? {}, String(value));
  return range !== undefined && value >= range[0] && value <= range[1];
}

function allowedValues({ write, type, range, values }: PointDefinition): string {
  if (write?.values) return write.values.join(" ");
  if (type === "bool") return "0 1";
  if (type === "enum") return Object.keys(values ?? {}).join(" ");
  return range ? `${range[0]} … ${range[1]}` : "–";
}
