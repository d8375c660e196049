/** Orders from the north: only for points that the site names, in the same two steps as everywhere else, on record under a name of their own. */
import type { Actor } from "#model/account";
import type { PointDefinition } from "#model/points";
import type { Text } from "#model/text";
import { Refused } from "../net/refused.ts";

/** The desk at which people write, as far as it is asked here. */
export interface Desk {
  offer(handle: number, value: number, actor: Actor): object;
  order(handle: number, value: number, confirm: string, commandId: string, actor: Actor): Promise<object>;
}

/** Longer than any order. */
const LONGEST = 4_096;

/** Answers with JSON text: what the first step offers, what became of the second, or `{ code, message }`. Never rejects. */
export function createOrders(points: readonly PointDefinition[], desk: Desk) {
  const handles = new Map(points.map(({ id }, handle) => [id, handle]));
  return async (allowed: readonly string[], id: string, payload: string): Promise<string> => {
    const handle = handles.get(id);
    const point = handle === undefined ? undefined : points[handle];
    const role = point?.write?.who[0];
    if (handle === undefined || role === undefined || !allowed.includes(id))
      return refusal("not-allowed", notAllowed(id));
    const wish = read(payload);
    if (!wish) return refusal("bad-request", malformed);
    const { value, confirm, commandId } = wish;
    // The site named the point for the north: that is its permission, with the first role that may write it at all.
    const actor: Actor = { kind: "system", id: "north:mqtt", name: "MQTT north", role: role as Actor["role"] };
    try {
      if (confirm === undefined) return JSON.stringify(desk.offer(handle, value, actor));
      if (commandId === undefined) return refusal("bad-request", noCommandId);
      return JSON.stringify(await desk.order(handle, value, confirm, commandId, actor));
    } catch (error) {
      if (error instanceof Refused) return refusal(error.code, error.text);
      throw error;
    }
  };
}

interface Wish {
  readonly value: number;
  readonly confirm?: string;
  readonly commandId?: string;
}

function read(payload: string): Wish | undefined {
  if (payload.length > LONGEST) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (typeof body !== "object" || body === null) return undefined;
  const { value, confirm, commandId } = body as Readonly<Record<string, unknown>>;
  const number = typeof value === "boolean" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return undefined;
  const isWord = (one: unknown) => one === undefined || (typeof one === "string" && /^[\x21-\x7e]{1,128}$/.test(one));
  if (!isWord(confirm) || !isWord(commandId)) return undefined;
  return {
    value: number,
    ...(confirm === undefined ? {} : { confirm: confirm as string }),
    ...(commandId === undefined ? {} : { commandId: commandId as string }),
  };
}

const refusal = (code: string, message: Text): string => JSON.stringify({ code, message });
const notAllowed = (id: string): Text => ({
  zh: `站点不允许从北向写入 ${id}（见 site.yaml 的 north.mqtt.commands）。`,
  en: `The site does not allow writing ${id} from the north (north.mqtt.commands in site.yaml).`,
});
const malformed: Text = {
  zh: '指令应为 JSON：第一步 {"value":1}，第二步再加 confirm 和 commandId。',
  en: 'An order is JSON: {"value":1} first, and again with confirm and commandId.',
};
const noCommandId: Text = { zh: "第二步需要命令编号 commandId。", en: "The second step needs a commandId." };
