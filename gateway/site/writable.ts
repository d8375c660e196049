/** What `write:` of a point may say. Whoever may not be commanded from here, cannot be, whatever a file says. */
import type { PointWrite } from "#model/points";
import type { DeviceKind } from "#model/site";
import type { Text } from "#model/text";
import type { Driver } from "../../drivers/driver.ts";
import type { PointEntry } from "./device-file.ts";

/** Nothing here resets or silences a fire panel, writes to a lift, or opens a lift door. */
const NEVER: Partial<Readonly<Record<DeviceKind, Text>>> = {
  fire: { zh: "消防设备只读", en: "fire equipment is read only" },
  elevator: { zh: "电梯设备只读", en: "lifts are read only" },
};

interface Writable {
  readonly kind: DeviceKind | undefined;
  readonly driver: Driver<unknown, unknown> | undefined;
  /** Parsed; `undefined` when it could not be. */
  readonly address: unknown;
}

type Complain = (what: Text, todo: Text) => void;

/** The point's writing as the house keeps it; every reason why it cannot be is told to `wrong`. */
export function readWrite(fields: PointEntry, at: Writable, wrong: Complain): PointWrite | undefined {
  const { write, type } = fields;
  if (!write) return undefined;
  const remove: Text = { zh: "删除 write。", en: "Remove write." };
  const never = at.kind === undefined ? undefined : NEVER[at.kind];
  if (never) {
    wrong({ zh: `不能写入：${never.zh}`, en: `cannot be written: ${never.en}` }, remove);
    return undefined;
  }
  if (type === "text") {
    wrong({ zh: "是文本，不能写入", en: "is a text, which cannot be written" }, remove);
    return undefined;
  }
  const refused = at.driver && at.address !== undefined ? refusal(at.driver, at.address) : undefined;
  if (refused) {
    wrong({ zh: `不能写入：${refused.zh}`, en: `cannot be written: ${refused.en}` }, remove);
    return undefined;
  }
  if (type === "number" && !write.values && !fields.range) {
    wrong(
      { zh: "可写，却没有写明允许的值", en: "may be written, but with which values is not told" },
      { zh: "写 write: { values: [...] }，或给出 range。", en: "Write write: { values: [...] }, or give it a range." },
    );
  }
  for (const value of write.values ?? []) {
    if (fits(fields, value)) continue;
    wrong(
      { zh: `允许写入的值 ${value} 不是它能取的值`, en: `may be written ${value}, a value that it cannot have` },
      { zh: "改正 write.values，使之符合类型、代码和量程。", en: "Make write.values fit its type, codes and range." },
    );
  }
  const { values, who, confirm } = write;
  return { who, ...(values ? { values } : {}), ...(confirm ? { confirm } : {}) };
}

/** Whether acknowledgements are passed back to the source of this point; every reason against it is told to `wrong`. */
export function readAcknowledge(fields: PointEntry, at: Writable, wrong: Complain): true | undefined {
  if (!fields.acknowledge) return undefined;
  const remove: Text = { zh: "删除 acknowledge。", en: "Remove acknowledge." };
  // Acknowledging at a fire panel mutes its buzzer: that is done there, by whoever stands before it.
  const never = at.kind === undefined ? undefined : NEVER[at.kind];
  if (never) {
    wrong(
      { zh: `的确认不能传回：${never.zh}`, en: `cannot have its acknowledgement passed back: ${never.en}` },
      remove,
    );
    return undefined;
  }
  if (at.driver && at.address !== undefined && at.driver.acknowledges?.(at.address) !== true) {
    wrong(
      { zh: "的地址不是可确认的报警条件", en: "has an address where there is no alarm to acknowledge" },
      {
        zh: "删除 acknowledge，或使用 condition: 地址（OPC UA）。",
        en: "Remove acknowledge, or use a condition: address (OPC UA).",
      },
    );
    return undefined;
  }
  return true;
}

const noWriter: Text = { zh: "该协议不支持写入", en: "its protocol cannot write" };

function refusal(driver: Driver<unknown, unknown>, address: unknown): Text | undefined {
  const verdict = driver.writable?.(address) ?? noWriter;
  return verdict === true ? undefined : verdict;
}

function fits({ type, range, values }: PointEntry, value: number): boolean {
  if (type === "bool") return value === 0 || value === 1;
  if (type === "enum") return Object.hasOwn(values ?? {}, String(value));
  return !range || (value >= range[0] && value <= range[1]);
}
