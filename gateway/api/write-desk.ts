/** Writes in two steps: the first says what will happen and gives a word for it, the second with that word lets it happen. */
import { randomBytes } from "node:crypto";
import type { Actor } from "#model/account";
import type { PointDefinition } from "#model/points";
import { BAD, reasons, reasonText } from "#model/quality";
import type { Text } from "#model/text";
import { formatInstant, later, minutes, type Span } from "#model/time";
import { whyNot } from "../../rules/response/allow-write.ts";
import type { Written } from "../acquisition/orders.ts";
import { Refused } from "../net/refused.ts";
import type { ApiHouse } from "./api-house.ts";
import type { WriteOfferBody, WriteOutcomeBody } from "./link-shapes.ts";

/** Long enough to read the sentence and look at the plant, short enough that it is still true. */
const OFFER_HOLDS = minutes(1);
/** Offers that wait, and outcomes that are remembered; the oldest go first. */
const KEPT = 1_000;

interface Offer {
  readonly actor: string;
  readonly handle: number;
  readonly value: number;
  /** Monotonic. */
  readonly until: Span;
}

interface Order {
  readonly actor: string;
  readonly handle: number;
  readonly value: number;
  readonly outcome: Promise<WriteOutcomeBody>;
}

export interface WriteDesk {
  /** Throws a `Refused` when this person may not write this value now. */
  offer(handle: number, value: number, actor: Actor): WriteOfferBody;
  /** The same `commandId` again gives the same outcome and writes nothing more. */
  order(handle: number, value: number, confirm: string, commandId: string, actor: Actor): Promise<WriteOutcomeBody>;
}

/** What the desk needs of the house. */
export interface DeskHouse extends Pick<ApiHouse, "clock" | "table" | "site" | "door" | "store" | "act" | "record"> {
  readonly write: (handle: number, value: number) => Promise<Written>;
}

export function createWriteDesk(house: DeskHouse): WriteDesk {
  const { clock, table, site, door } = house;
  const offers = new Map<string, Offer>();
  const orders = new Map<string, Order>();
  /** Handles that are being written now. */
  const busy = new Set<number>();

  const pointOf = (handle: number): PointDefinition => {
    const point = table.definitions[handle];
    if (!point) throw new Error(`no point has handle ${handle}`);
    return point;
  };

  /** What would make the order senseless although the person may give it. */
  function judge(handle: number, value: number, actor: Actor): void {
    const point = pointOf(handle);
    const refusal = whyNot(point, value, actor, site.simulated)?.refusal;
    if (refusal) throw new Refused(refusal.status, refusal.code, refusal.message.zh, refusal.message.en);
    const state = door.house.devices.get(point.device);
    if (state?.state !== "online") {
      throw new Refused(
        409,
        "device-not-online",
        `设备 ${point.device} 不在线，不能写入。${state?.because?.zh ?? ""}`,
        `The device ${point.device} is not online, so nothing is written. ${state?.because?.en ?? ""}`.trim(),
      );
    }
    if (table.quality[handle] === BAD) {
      const reason = reasonText[reasons[table.reason[handle] ?? 0] ?? "none"];
      throw new Refused(
        409,
        "point-bad",
        `${point.name.zh} 当前没有可信读数（${reason.zh}），写入后无法核对，因此不写入。`,
        `${point.name.en} has no value to be believed (${reason.en}), so a write could not be checked and is not done.`,
      );
    }
  }

  /** Outcomes of a process that has ended stand in the journal. */
  async function fromJournal(point: PointDefinition, commandId: string, actor: Actor) {
    const rows = await house.store.journal({ about: `device:${point.device}`, limit: 1_000 });
    const own = rows.filter((row) => row.actor === actor.id && row.data.order === commandId);
    const last = own.reduce<(typeof own)[number] | undefined>((a, b) => (a && a.seq > b.seq ? a : b), undefined);
    if (!last) return undefined;
    const { outcome = "unknown", value, held, because } = last.data;
    return {
      outcome,
      point: point.id,
      value,
      ...(held === undefined ? {} : { held }),
      says: because ?? (outcome === "done" ? doneText(point, Number(value)) : unknownText),
      at: formatInstant(last.at),
    } as WriteOutcomeBody;
  }

  async function carryOut(handle: number, value: number, commandId: string, actor: Actor): Promise<WriteOutcomeBody> {
    const point = pointOf(handle);
    if (busy.has(handle)) {
      throw new Refused(
        409,
        "write-in-progress",
        `${point.name.zh} 正在被写入，请等待结果。`,
        `${point.name.en} is being written just now. Wait for its outcome.`,
      );
    }
    busy.add(handle);
    try {
      await house.act(commandId, actor, { do: "write-point", point: point.id, value, order: commandId });
      const written = await house.write(handle, value);
      return await keep(point, value, written, commandId, actor);
    } finally {
      busy.delete(handle);
    }
  }

  async function keep(point: PointDefinition, value: number, written: Written, order: string, actor: Actor) {
    const now = clock.now();
    const { outcome } = written;
    const held = "held" in written ? written.held : undefined;
    const because = outcome === "done" ? undefined : written.because;
    await house.record({
      journal: [
        {
          occurredAt: now,
          at: now,
          about: `device:${point.device}`,
          event: events[outcome],
          actor: actor.id,
          data: {
            point: point.id,
            value,
            order,
            outcome,
            ...(held === undefined ? {} : { held }),
            ...(because ? { because } : {}),
          },
        },
      ],
    });
    return {
      outcome,
      point: point.id,
      value,
      ...(held === undefined ? {} : { held }),
      says: because ?? doneText(point, value),
      at: formatInstant(now),
    } satisfies WriteOutcomeBody;
  }

  return {
    offer(handle, value, actor) {
      judge(handle, value, actor);
      const point = pointOf(handle);
      const confirm = randomBytes(16).toString("hex");
      offers.set(confirm, {
        actor: actor.id,
        handle,
        value,
        until: (clock.monotonic() + OFFER_HOLDS) as Span,
      });
      forgetOldest(offers);
      return {
        confirm,
        expiresAt: formatInstant(later(clock.now(), OFFER_HOLDS)),
        says: willDo(point, table.value[handle] ?? Number.NaN, value),
      };
    },

    async order(handle, value, confirm, commandId, actor) {
      const before = orders.get(commandId);
      if (before) {
        if (before.actor === actor.id && before.handle === handle && before.value === value) return before.outcome;
        throw new Refused(
          409,
          "command-id-used",
          `命令编号 ${commandId} 已被使用，请换一个新的编号。`,
          `Command id ${commandId} was used before; send a new one.`,
        );
      }
      const offer = offers.get(confirm);
      offers.delete(confirm);
      const fits = offer && offer.actor === actor.id && offer.handle === handle && offer.value === value;
      if (!fits || clock.monotonic() > offer.until) {
        const known = await fromJournal(pointOf(handle), commandId, actor);
        if (known) return known;
        throw new Refused(
          409,
          "not-confirmed",
          "确认已过期，或与所确认的人、点位、数值不符，没有写入。请重新操作。",
          "The confirmation has run out or belongs to another person, point or value. Nothing was written; begin again.",
        );
      }
      judge(handle, value, actor);
      const outcome = carryOut(handle, value, commandId, actor);
      orders.set(commandId, { actor: actor.id, handle, value, outcome });
      forgetOldest(orders);
      // What was refused did not happen: the same id may ask again.
      outcome.catch(() => orders.delete(commandId));
      return outcome;
    },
  };
}

const events: Readonly<Record<Written["outcome"], string>> = {
  done: "write-done",
  refused: "write-refused",
  unreachable: "write-refused",
  unknown: "write-unknown",
};

function forgetOldest(kept: Map<string, unknown>): void {
  for (const key of kept.keys()) {
    if (kept.size <= KEPT) return;
    kept.delete(key);
  }
}

function inWords(point: PointDefinition, value: number): Text {
  if (!Number.isFinite(value)) return { zh: "未知", en: "unknown" };
  const label = point.values?.[value];
  if (label) return { zh: `${value}（${label.zh}）`, en: `${value} (${label.en})` };
  const unit = point.unit ? ` ${point.unit}` : "";
  return { zh: `${value}${unit}`, en: `${value}${unit}` };
}

function willDo(point: PointDefinition, from: number, to: number): Text {
  const [was, becomes] = [inWords(point, from), inWords(point, to)];
  const more = point.write?.confirm;
  return {
    zh: `将把设备 ${point.device} 的“${point.name.zh}”从 ${was.zh} 改为 ${becomes.zh}。${more?.zh ?? ""}`,
    en: `This sets "${point.name.en}" of the device ${point.device} from ${was.en} to ${becomes.en}. ${more?.en ?? ""}`.trim(),
  };
}

const doneText = (point: PointDefinition, value: number): Text => ({
  zh: `已写入：“${point.name.zh}”为 ${inWords(point, value).zh}，设备回读一致。`,
  en: `Done: "${point.name.en}" is ${inWords(point, value).en}, and the device reads back the same.`,
});

const unknownText: Text = {
  zh: "指令已登记，但执行结果没有记录（可能网关曾重启）。请先看该点的读数或到现场确认。",
  en: "The order is on record, but not what became of it: the gateway may have restarted. Look at the value or at the device.",
};
