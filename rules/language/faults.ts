/** The sentences of the checker: what is wrong with an expression, and what to write instead. */
import type { Text } from "#model/text";
import type { ValueType } from "./graph.ts";
import type { Syntax } from "./syntax.ts";
import type { Fault } from "./token.ts";
import { MILLISECOND, type Unit } from "./units.ts";

export function fault(at: { readonly start: number; readonly end: number }, what: Text, todo: Text): Fault {
  return { start: at.start, end: at.end, what, todo };
}

const unitName = (unit: Unit): Text =>
  unit.code === "" ? { zh: "纯数字", en: "a plain number" } : { zh: unit.code, en: unit.code };

export function typeName(type: ValueType): Text {
  if (type.kind === "truth") return { zh: "是/否", en: "yes/no" };
  if (type.kind === "any") return { zh: "未知", en: "unknown" };
  return unitName(type.unit);
}

export function unknownName(at: Syntax, name: string, hint: string | undefined): Fault {
  return fault(
    at,
    {
      zh: `未知名称“${name}”：没有此测点、参数或 let`,
      en: `Unknown name "${name}": no point, parameter or let has it.`,
    },
    hint
      ? { zh: `是否为 ${hint}？`, en: `Did you mean ${hint}?` }
      : {
          zh: "核对设备配置中的测点名；可选测点列入 optional",
          en: "Check the point names of the device; list points that may be missing under optional.",
        },
  );
}

export function laterLet(at: Syntax, name: string): Fault {
  return fault(
    at,
    { zh: `let“${name}”在此处还没有定义`, en: `The let "${name}" is not defined yet at this place.` },
    { zh: "let 只能使用写在它上面的 let，请调整顺序", en: "A let may use only those above it; change the order." },
  );
}

export function textPoint(at: Syntax, name: string): Fault {
  return fault(
    at,
    { zh: `“${name}”是文本测点，不能用于规则`, en: `"${name}" is a text point and cannot be used in a rule.` },
    { zh: "改用枚举或数值测点", en: "Use an enum or number point." },
  );
}

export function needsTruth(at: Syntax, found: ValueType): Fault {
  const name = typeName(found);
  return fault(
    at,
    { zh: `此处应为是/否，实为${name.zh}`, en: `A yes/no is needed here, but this is ${name.en}.` },
    {
      zh: "与限值比较，如 x > 0；取反时请加括号，如 !(x > 0)",
      en: "Compare it with a limit, e.g. x > 0; negate with parentheses, e.g. !(x > 0).",
    },
  );
}

export function needsNumber(at: Syntax, found: ValueType): Fault {
  const name = typeName(found);
  return fault(
    at,
    { zh: `此处应为数值，实为${name.zh}`, en: `A number is needed here, but this is ${name.en}.` },
    {
      zh: "是/否测点直接写名称或 !名称，不参与数值比较和运算",
      en: "Write a yes/no point by its name or !name; it takes no part in arithmetic or comparison with numbers.",
    },
  );
}

/** Two numbers that cannot be compared or added. */
export function unlike(at: Syntax, a: Unit, b: Unit): Fault {
  const [left, right] = [unitName(a), unitName(b)];
  const wanted = a.code !== "" ? a.code : b.code;
  const plain = a.code === "" || b.code === "";
  const span = wanted === MILLISECOND.code;
  const difference = a.difference || b.difference;
  return fault(
    at,
    { zh: `量纲不同：${left.zh} 与 ${right.zh}`, en: `Different quantities: ${left.en} and ${right.en}.` },
    difference
      ? { zh: "温差的单位写 K，不写 Cel", en: "Write a difference of temperatures in K, not in Cel." }
      : plain && span
        ? { zh: "写成时长，如 30s、5m、2h", en: "Write the span, e.g. 30s, 5m, 2h." }
        : plain
          ? {
              zh: `给数字加上单位 ${wanted}，如 5 ${wanted}`,
              en: `Give the number the unit ${wanted}, e.g. 5 ${wanted}.`,
            }
          : { zh: "两侧须为同一种量", en: "Both sides must measure the same thing." },
  );
}

export function needsSpan(at: Syntax, name: string): Fault {
  return fault(
    at,
    { zh: `${name} 的时长须为固定值`, en: `The span of ${name} must be fixed.` },
    {
      zh: "写 30s、5m、2h，或时长参数的名称；不能含测点",
      en: "Write 30s, 5m, 2h or the name of a span parameter; points are not allowed here.",
    },
  );
}

export function badSpan(at: Syntax): Fault {
  return fault(
    at,
    { zh: "时长须大于 0，且不超过 31 天", en: "The span must be more than 0 and at most 31 days." },
    { zh: "写 30s、5m、2h、14d 等", en: "Write for example 30s, 5m, 2h, 14d." },
  );
}

export function needsPoint(at: Syntax, name: string): Fault {
  return fault(
    at,
    { zh: `${name} 的第一个参数须为测点名`, en: `The first argument of ${name} must be the name of a point.` },
    { zh: `如 ${name}(heartbeat, 30s)`, en: `For example ${name}(heartbeat, 30s).` },
  );
}

export function needsConstant(at: Syntax, name: string): Fault {
  return fault(
    at,
    { zh: `${name} 的此参数须为固定数字`, en: `This argument of ${name} must be a fixed number.` },
    {
      zh: "写数字或参数的名称，不能含测点",
      en: "Write a number or the name of a parameter; points are not allowed here.",
    },
  );
}

export function needsText(at: Syntax, name: string, example: string): Fault {
  return fault(
    at,
    { zh: `${name} 的此参数须写在引号里`, en: `This argument of ${name} must stand between quotes.` },
    { zh: `如 ${example}`, en: `For example ${example}.` },
  );
}

export function textHere(at: Syntax): Fault {
  return fault(
    at,
    { zh: "此处不能写引号里的文字", en: "A text between quotes cannot stand here." },
    {
      zh: '文字只用于 in_calendar("…") 和 baseline_min(…, "02:00-04:00", …)；测点名不加引号',
      en: 'Texts are for in_calendar("…") and baseline_min(…, "02:00-04:00", …) only; point names have no quotes.',
    },
  );
}

export function badHours(at: Syntax, text: string): Fault {
  return fault(
    at,
    { zh: `“${text}”不是时段`, en: `"${text}" is not a stretch of the day.` },
    { zh: '写成 "02:00-04:00"；跨午夜写成 "22:00-06:00"', en: 'Write "02:00-04:00", over midnight "22:00-06:00".' },
  );
}

export function wholeDays(at: Syntax): Fault {
  return fault(
    at,
    { zh: "此时长须为整天", en: "This span must be whole days." },
    { zh: "写 7d、14d 等", en: "Write 7d, 14d and the like." },
  );
}

export function unknownCalendar(at: Syntax, name: string, hint: string | undefined, known: readonly string[]): Fault {
  return fault(
    at,
    { zh: `没有日历“${name}”`, en: `There is no calendar "${name}".` },
    hint
      ? { zh: `是否为 "${hint}"？`, en: `Did you mean "${hint}"?` }
      : known.length > 0
        ? { zh: `已有：${known.join("、")}`, en: `There are ${known.join(", ")}.` }
        : { zh: "在 site.yaml 的 calendars 下定义它", en: "Define it under calendars in site.yaml." },
  );
}

export function unknownRelation(at: Syntax, where: string, hint: string | undefined): Fault {
  return fault(
    at,
    { zh: `“${where}”不是设备关系，也不是设备编号`, en: `"${where}" is neither a relation nor the id of a device.` },
    hint
      ? { zh: `是否为 ${hint}？`, en: `Did you mean ${hint}?` }
      : {
          zh: "点号前写 depends_on、building、floor、room、site、floor3 之类，或设备编号（其中的 - 写成 _）",
          en: "Before the dot stands depends_on, building, floor, room, site, the like of floor3, or a device id (with _ for -).",
        },
  );
}

export function badReference(at: Syntax, name: string): Fault {
  return fault(
    at,
    { zh: `“${name}”的写法不对`, en: `"${name}" is not written right.` },
    {
      zh: "写成 关系.测点 或 关系.类型.测点，如 building.utility_power、floor3.fire.smoke",
      en: "Write relation.point or relation.kind.point, e.g. building.utility_power or floor3.fire.smoke.",
    },
  );
}

export function oneSelection(at: Syntax): Fault {
  return fault(
    at,
    { zh: "一个参数里只能选择一组设备", en: "One argument can select one group of devices only." },
    {
      zh: "点号前的部分须相同，如 any(floor3.smoke && floor3.enabled)；否则分成两个参数",
      en: "What stands before the dot must be the same, e.g. any(floor3.smoke && floor3.enabled); otherwise write two arguments.",
    },
  );
}

export function emptySelection(at: Syntax, name: string): Fault {
  return fault(
    at,
    { zh: `${name} 只有一个参数时须选择一组设备`, en: `With one argument ${name} needs a selection of devices.` },
    {
      zh: `如 ${name}(floor3.temperature)；看一段时间写 ${name}(v, 5m)`,
      en: `For example ${name}(floor3.temperature); over a stretch of time it is written ${name}(v, 5m).`,
    },
  );
}

export function badVote(at: Syntax, wanted: number, of: number | undefined): Fault {
  return fault(
    at,
    of === undefined
      ? { zh: `vote 要求 ${wanted} 票`, en: `vote asks for ${wanted}.` }
      : { zh: `vote 要求 ${of} 票中的 ${wanted} 票`, en: `vote asks for ${wanted} of ${of}.` },
    of === undefined
      ? { zh: "票数须为整数，至少 1", en: "Ask for a whole number, 1 or more." }
      : { zh: `票数须为 1 到 ${of} 的整数`, en: `Ask for a whole number from 1 to ${of}.` },
  );
}

export function oneValue(at: Syntax, name: string): Fault {
  return fault(
    at,
    { zh: `${name} 比较多个值，这里只有一个`, en: `${name} compares several values, and this is one.` },
    {
      zh: `如 ${name}(a, b) 或 ${name}(room.temperature)`,
      en: `For example ${name}(a, b) or ${name}(room.temperature).`,
    },
  );
}

export function badBand(at: Syntax): Fault {
  return fault(
    at,
    { zh: "回差须为大于 0 的固定值", en: "A deadband must be a fixed number above 0." },
    { zh: "如 5 kPa、2 K，或参数的名称", en: "For example 5 kPa, 2 K, or the name of a parameter." },
  );
}

export function idleBand(at: Syntax, unit: Unit): Fault {
  const name = unitName(unit);
  return fault(
    at,
    {
      zh: `when 里没有以${name.zh}比较的限值，回差不起作用`,
      en: `The condition compares nothing in ${name.en}, so this deadband does nothing.`,
    },
    {
      zh: "回差与限值须为同一种量（温度的回差用 K）；或改写 clear",
      en: "Give the deadband in the quantity of the limit (K for temperatures), or write clear instead.",
    },
  );
}

export function unknownPlaceholder(
  at: { readonly start: number; readonly end: number },
  rule: string,
  name: string,
  hint: string | undefined,
): Fault {
  return fault(
    at,
    {
      zh: `规则 ${rule} 的 because 中未知占位符 {${name}}`,
      en: `Unknown placeholder {${name}} in the because of rule ${rule}.`,
    },
    hint
      ? { zh: `是否为 {${hint}}？`, en: `Did you mean {${hint}}?` }
      : {
          zh: "占位符为测点、参数、let 的名称或 held",
          en: "Placeholders are names of points, parameters and lets, or held.",
        },
  );
}
