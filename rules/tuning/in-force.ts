/**
 * Which values of a device are in force: what the device's own entry in the site says; else what was learned and applied;
 * else its profile, the site's rules, the pack. A row that fits nothing any more is told and left aside, never fatal.
 */
import {
  fitsLearnable,
  hourlyFlow,
  type Learnable,
  LearnedRow,
  type LearnedValue,
  learnableText,
  learnedParams,
} from "#model/learned";
import type { RuleDefinition } from "#model/rule";
import type { Device, Site } from "#model/site";
import type { Text } from "#model/text";

type Values = readonly (number | null)[];

/** Where the value of a device comes from. `none`: nothing is told, the rule does without. */
export type ValueOrigin = "device" | "learned" | "profile" | "rules" | "none";

export interface InForce {
  readonly values?: Values;
  readonly from: ValueOrigin;
  /** For `rules`: whose word the default is. */
  readonly source?: string;
}

/** An applied row, and what became of it. */
export type Standing =
  | { readonly row: LearnedValue; readonly state: "in-force" }
  | { readonly row: LearnedValue; readonly state: "file-wins" | "ignored"; readonly because: Text };

export interface Fitted {
  readonly devices: readonly Device[];
  readonly standing: readonly Standing[];
}

/** The rules of a device's kind that this value is for. */
export function concerned(rules: readonly RuleDefinition[], kind: Device["kind"], what: Learnable): RuleDefinition[] {
  const asks =
    what === "burstStep"
      ? (rule: RuleDefinition) => Object.hasOwn(rule.params, what)
      : reads(what === "nightFlow" ? /\bbaseline_min\s*\(/ : /\bbaseline\s*\(/);
  return rules.filter((rule) => rule.kind === kind && asks(rule));
}

const reads =
  (call: RegExp) =>
  ({ let: lets, when, clear, deadband, levels }: RuleDefinition): boolean =>
    [...Object.values(lets), when, clear, deadband, ...levels.map((level) => level.when)].some(
      (expression) => expression !== undefined && call.test(expression.text),
    );

/** The devices with what was applied. The rest of the site stays as it is. */
export function fitLearned({ devices, rules }: Site, papers: Iterable<{ readonly kind: string }>): Fitted {
  const standing: Standing[] = [];
  const more = new Map<string, Record<string, number>>();
  const byId = new Map(devices.map((device) => [device.id, device]));
  for (const row of rowsOf(papers)) {
    const device = byId.get(row.device);
    const odd = oddity(row, device, rules);
    if (odd || !device) standing.push({ row, state: "ignored", because: odd ?? nobody(row) });
    else if (device.ownParams?.includes(row.what)) standing.push({ row, state: "file-wins", because: fileWins(row) });
    else {
      standing.push({ row, state: "in-force" });
      more.set(device.id, { ...more.get(device.id), ...learnedParams(row.what, row.values) });
    }
  }
  if (more.size === 0) return { devices, standing };
  return {
    devices: devices.map((device) => {
      const own = more.get(device.id);
      return own ? { ...device, params: { ...device.params, ...own } } : device;
    }),
    standing,
  };
}

/** Rows that stand. One that is taken back is nobody's any more. */
function* rowsOf(papers: Iterable<{ readonly kind: string }>): Generator<LearnedValue> {
  for (const paper of papers) {
    if (paper.kind === "learned" && (paper as LearnedValue).state !== "closed") yield paper as LearnedValue;
  }
}

function oddity(row: LearnedValue, device: Device | undefined, rules: readonly RuleDefinition[]): Text | undefined {
  const read = LearnedRow.safeParse(row);
  if (!read.success) return unreadable(String(row.id), read.error.issues[0]?.path.join(".") ?? "?");
  if (!device) return nobody(row);
  if (!fitsLearnable(row.what, row.values)) return outOfRange(row);
  return concerned(rules, device.kind, row.what).length === 0 ? noRule(row) : undefined;
}

/** What a device goes by now, learned or not. `devices`: with what was applied. */
export function valueInForce(site: Site, fitted: Fitted, device: string, what: Learnable): InForce {
  const now = fitted.devices.find(({ id }) => id === device);
  if (!now) return { from: "none" };
  const learned = fitted.standing.some(
    ({ row, state }) => state === "in-force" && row.device === device && row.what === what,
  );
  const values =
    what === "hourlyFlow"
      ? Array.from({ length: 24 }, (_, hour) => numberOf(now, hourlyFlow(hour)))
      : [numberOf(now, what)];
  if (values.some((value) => value !== null)) {
    return { values, from: learned ? "learned" : now.ownParams?.includes(what) ? "device" : "profile" };
  }
  for (const rule of concerned(site.rules, now.kind, what)) {
    const parameter = rule.params[what];
    if (typeof parameter?.default === "number") {
      return { values: [parameter.default], from: "rules", source: parameter.source };
    }
  }
  return { from: "none" };
}

const numberOf = ({ params }: Device, name: string): number | null => {
  const value = params[name];
  return typeof value === "number" ? value : null;
};

const unreadable = (id: string, where: string): Text => ({
  zh: `学习值记录 ${id} 的 ${where} 无法识别，已忽略。请在规则页撤回后重新学习。`,
  en: `The learned value ${id} cannot be read at ${where} and is left aside. Take it back on the rules page and learn anew.`,
});
const nobody = ({ device, what }: LearnedValue): Text => ({
  zh: `站点已没有设备 ${device}，为它应用的${learnableText[what]?.zh ?? what}不再使用。`,
  en: `The site has no device ${device} any more; ${learnableText[what]?.en ?? what} applied to it is left aside.`,
});
const outOfRange = ({ device, what }: LearnedValue): Text => ({
  zh: `为设备 ${device} 应用的${learnableText[what].zh}超出合理范围，已忽略。请在规则页撤回后重新学习。`,
  en: `What was applied to ${device} as ${learnableText[what].en} is out of range and left aside. Take it back on the rules page and learn anew.`,
});
const noRule = ({ device, what }: LearnedValue): Text => ({
  zh: `已没有规则使用设备 ${device} 的${learnableText[what].zh}，为它应用的值不再使用。`,
  en: `No rule asks for ${learnableText[what].en} of ${device} any more; the value applied is left aside.`,
});
const fileWins = ({ device, what }: LearnedValue): Text => ({
  zh: `devices/*.yaml 中设备 ${device} 写明了 ${what}，以文件为准；要使用学习值，请从文件中删除该行并重启网关。`,
  en: `devices/*.yaml names ${what} of ${device}, and the file goes first. To use the learned value delete that line and restart the gateway.`,
});
