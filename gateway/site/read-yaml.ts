/** The only place that reads YAML: within limits, without aliases, tags or directives, and remembering where each value stands. */

import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, visit } from "yaml";
import type { Text } from "#model/text";
import type { Place, ProblemList } from "./problems.ts";
import { meaningOf } from "./yaml-errors.ts";
import { emptyFile, fileOf, type Spot, type YamlFile } from "./yaml-file.ts";

/** The parser's work grows with the square of some of these; measured in the security research: 100,000 keys take 143 s. */
export const yamlLimits = { bytes: 262_144, depth: 32, keysPerMap: 2_000, nodes: 100_000, problems: 20 } as const;

/** Keys by which a document could reach into the prototypes of the objects made from it. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads one document. Problems go to the list; `value` is then `undefined`.
 * Integers beyond 2^53 and numbers with leading zeros are refused, since they would silently become other numbers.
 */
export function readYaml(name: string, bytes: Uint8Array, problems: ProblemList): YamlFile {
  const whole: Place = { file: name, line: 1, column: 1 };
  const unread = (what: Text, todo: Text, place = whole): YamlFile => {
    problems.error(place, what, todo);
    return emptyFile(name, whole);
  };
  if (bytes.byteLength > yamlLimits.bytes) {
    refuseSize(name, bytes.byteLength, problems);
    return emptyFile(name, whole);
  }
  const text = new TextDecoder("utf-8", { ignoreBOM: false }).decode(bytes);
  const placeAt = placesIn(name, text);
  const garbled = unreadable(text);
  if (garbled >= 0) {
    return unread(
      { zh: "不是有效的 UTF-8 文字（或含控制字符）", en: "this is not UTF-8 text, or holds a control character" },
      { zh: "将文件另存为 UTF-8，删除看不见的字符。", en: "Save the file as UTF-8 and delete invisible characters." },
      placeAt(garbled),
    );
  }

  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, version: "1.2" });
  let failed = false;
  let count = 0;
  const refuse = (offset: number, what: Text, todo: Text): void => {
    failed = true;
    count += 1;
    if (count <= yamlLimits.problems) problems.error(placeAt(offset), what, todo);
  };
  for (const [index, { code, pos, message }] of document.errors.slice(0, yamlLimits.problems).entries()) {
    // What the parser finds behind the place where it lost its way is no mistake of the author.
    if (index > 0 && message.includes("in YAML stream")) continue;
    const meaning = meaningOf(code, text.slice(Math.max(0, pos[0] - 2), pos[0]));
    const opened = code === "MISSING_CHAR" ? openQuote(document.contents, pos[0]) : undefined;
    refuse(opened ?? pos[0], meaning.what, meaning.todo);
  }
  const start = document.contents?.range?.[0] ?? text.length;
  const directive = /^%/m.exec(text.slice(0, start));
  if (directive) {
    refuse(
      directive.index,
      { zh: "不允许 YAML 指令（%）", en: "YAML directives (%) are not allowed" },
      { zh: "删除这一行。", en: "Remove this line." },
    );
  }
  if (failed) return emptyFile(name, whole);

  const builder = createBuilder(text, refuse);
  const root =
    document.contents === null ? { value: null, spot: undefined } : builder.build(document.contents, 0, undefined);
  if (failed) return emptyFile(name, whole);
  return fileOf(name, root.value, root.spot ?? { at: 0, textAt: 0 }, placeAt);
}

/** Turns an offset into line and column; one behind the last character is that character's, so that nobody is sent nowhere. */
function placesIn(file: string, text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const end = text.trimEnd().length;
  return (offset) => {
    const wanted = Math.min(offset, end);
    let line = 0;
    for (let step = 2 ** Math.floor(Math.log2(starts.length)); step >= 1; step /= 2) {
      if ((starts[line + step] ?? Number.POSITIVE_INFINITY) <= wanted) line += step;
    }
    return { file, line: line + 1, column: wanted - (starts[line] ?? 0) + 1 };
  };
}

/** The problem of a file that is too large to be read at all. */
export function refuseSize(name: string, bytes: number, problems: ProblemList): void {
  problems.error(
    { file: name, line: 1, column: 1 },
    { zh: `文件有 ${bytes} 字节，超过 256 KiB`, en: `the file has ${bytes} bytes, more than 256 KiB` },
    { zh: "分成几个文件。", en: "Split it into several files." },
  );
}

/** Offset of the first character that no text file holds: what did not decode, or a control character; -1 when none. */
function unreadable(text: string): number {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const control = code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d;
    if (control || code === 0x7f || code === 0xfffd) return i;
  }
  return -1;
}

/** The parser notices an open quote at the end of the file; the person needs the place where it was opened. */
function openQuote(contents: Node | null, end: number): number | undefined {
  let found: number | undefined;
  visit(contents, {
    Scalar(_, node) {
      const quoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
      if (quoted && node.range && node.range[1] === end) found = node.range[0];
    },
  });
  return found;
}

type Refuse = (offset: number, what: Text, todo: Text) => void;

interface Built {
  readonly value: unknown;
  readonly spot: Spot;
}

/** One builder for one document: the count of nodes goes on through all of it. */
function createBuilder(text: string, refuse: Refuse) {
  let nodes = 0;

  function build(node: Node | null, depth: number, key: number | undefined): Built {
    nodes += 1;
    const at = node?.range?.[0] ?? key ?? 0;
    const spot = (extra: Partial<Spot> = {}): Spot => ({
      at,
      textAt: at,
      ...(key === undefined ? {} : { key }),
      ...extra,
    });
    if (nodes > yamlLimits.nodes) {
      if (nodes === yamlLimits.nodes + 1) {
        refuse(
          at,
          { zh: "文件里的值超过 100000 个", en: "the file holds more than 100,000 values" },
          { zh: "分成几个文件。", en: "Split it into several files." },
        );
      }
      return { value: undefined, spot: spot() };
    }
    if (depth > yamlLimits.depth) {
      refuse(
        at,
        { zh: "嵌套超过 32 层", en: "it is nested deeper than 32 levels" },
        { zh: "减少层级。", en: "Use fewer levels." },
      );
      return { value: undefined, spot: spot() };
    }
    if (isAlias(node) || (node !== null && "anchor" in node && node.anchor !== undefined)) {
      refuse(
        at,
        { zh: "不允许 YAML 锚点和别名（& *）", en: "YAML anchors and aliases (& *) are not allowed" },
        { zh: "把值直接写出来。", en: "Write the value out." },
      );
      return { value: undefined, spot: spot() };
    }
    if (node !== null && "tag" in node && node.tag !== undefined) {
      refuse(
        at,
        { zh: "不允许 YAML 标签（!）", en: "YAML tags (!) are not allowed" },
        { zh: "删除标签。", en: "Remove the tag." },
      );
      return { value: undefined, spot: spot() };
    }
    if (isMap(node)) {
      const inside = new Map<string | number, Spot>();
      return { value: buildMap(node.items, depth, inside), spot: spot({ inside }) };
    }
    if (isSeq(node)) {
      const inside = new Map<string | number, Spot>();
      const value = node.items.map((item, index) => {
        const built = build(item as Node | null, depth + 1, undefined);
        inside.set(index, built.spot);
        return built.value;
      });
      return { value, spot: spot({ inside }) };
    }
    if (!isScalar(node)) return { value: null, spot: spot() };
    const [from = at, to = at] = node.range ?? [];
    const written = text.slice(from, to);
    const block = node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL";
    const quoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
    // An empty value has no place of its own worth pointing at; its key has.
    const place = to === from && key !== undefined ? key : from;
    const textAt = block ? from + Math.max(0, written.search(/(?<=\n\s*)[^\s]/)) : quoted ? from + 1 : place;
    if (typeof node.value === "number") checkNumber(node.value, written, from);
    return { value: node.value, spot: spot({ at: place, textAt, written }) };
  }

  function buildMap(
    items: readonly { key: unknown; value: unknown }[],
    depth: number,
    inside: Map<string | number, Spot>,
  ) {
    const entries: [string, unknown][] = [];
    for (const [index, pair] of items.entries()) {
      const key = pair.key as Node | null;
      const at = key?.range?.[0] ?? 0;
      if (index === yamlLimits.keysPerMap) {
        refuse(
          at,
          { zh: "一个映射里超过 2000 个键", en: "a map holds more than 2,000 keys" },
          { zh: "分成几个文件。", en: "Split it into several files." },
        );
        break;
      }
      if (!isScalar(key) || key.value === null || key.tag !== undefined || key.anchor !== undefined) {
        refuse(
          at,
          { zh: "键必须是文字", en: "a key must be plain text" },
          { zh: "写成“键: 值”。", en: "Write `key: value`." },
        );
        continue;
      }
      const name = typeof key.value === "string" ? key.value : String(key.source ?? key.value);
      if (forbiddenKeys.has(name)) {
        refuse(
          at,
          { zh: `不允许键 ${name}`, en: `the key ${name} is not allowed` },
          { zh: "删除或改名。", en: "Remove or rename it." },
        );
        continue;
      }
      const before = inside.get(name);
      if (before) {
        const line = text.slice(0, before.key ?? before.at).split("\n").length;
        refuse(
          at,
          { zh: `键 ${name} 重复，第 ${line} 行已写过`, en: `the key ${name} is already given in line ${line}` },
          { zh: "只保留一个。", en: "Keep one of them." },
        );
        continue;
      }
      const built = build(pair.value as Node | null, depth + 1, at);
      inside.set(name, built.spot);
      entries.push([name, built.value]);
    }
    return Object.fromEntries(entries);
  }

  function checkNumber(value: number, written: string, at: number): void {
    if (!Number.isFinite(value)) {
      refuse(
        at,
        { zh: `${written} 不是可用的数字`, en: `${written} is not a usable number` },
        { zh: "写一个有限的数字。", en: "Write a finite number." },
      );
    } else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      refuse(
        at,
        { zh: "整数超过 2^53，会丢失精度", en: "the integer is beyond 2^53 and would lose digits" },
        { zh: "如果是编号，加引号写成文字。", en: "If it is a number of something, put it in quotes." },
      );
    } else if (/^[-+]?0\d/.test(written)) {
      refuse(
        at,
        { zh: `${written} 以 0 开头，会被读成 ${value}`, en: `${written} starts with 0 and would be read as ${value}` },
        { zh: `加引号写成文字，或写 ${value}。`, en: `Put it in quotes, or write ${value}.` },
      );
    }
  }

  return { build };
}
