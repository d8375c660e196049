/** Turns what zod found into problems: where it stands in the file, what is wrong, and what to do. */

import type * as z from "zod";
import type { Text } from "#model/text";
import { nearest } from "../../rules/language/nearest.ts";
import { type Place, suggestion } from "./problems.ts";
import { describedAs, knownKeys } from "./schema-walk.ts";
import { isSecretKey } from "./secrets.ts";
import type { Path, YamlFile } from "./yaml-file.ts";

export interface Found {
  readonly place: Place;
  readonly what: Text;
  readonly todo: Text;
}

type Issue = z.core.$ZodIssue;

const kinds: Readonly<Record<string, Text>> = {
  string: { zh: "文字", en: "text" },
  number: { zh: "数字", en: "a number" },
  int: { zh: "整数", en: "a whole number" },
  boolean: { zh: "true 或 false", en: "true or false" },
  array: { zh: "列表", en: "a list" },
  tuple: { zh: "列表", en: "a list" },
  object: { zh: "“键: 值”的集合", en: "a group of `key: value`" },
  record: { zh: "“键: 值”的集合", en: "a group of `key: value`" },
};
const kindOf = (expected: string): Text => kinds[expected] ?? { zh: expected, en: expected };

const plain = (path: Path): Path => path.filter((part) => typeof part !== "symbol");

/** How the value reads in the file; never what a secret or a reference to the environment became. */
function shown(file: YamlFile, path: Path): string {
  const key = path.findLast((part) => typeof part === "string");
  if (key !== undefined && isSecretKey(String(key))) return "";
  const written = file.written(path);
  if (written === undefined || written.includes("\n") || written === "") return "";
  return written.length > 60 ? `${written.slice(0, 57)}…` : written;
}

/** The last name on the way; nothing for an entry of a list at the top of a file. */
const called = (path: Path): string => {
  const key = path.findLast((part) => typeof part === "string");
  const index = path.at(-1);
  if (key === undefined) return "";
  return typeof index === "number" ? `${key}[${index}]` : String(key);
};

/** Inside { } a comma ends a text, and what follows reads as a key without a value. */
const cutText: Text = {
  zh: "花括号里含逗号的文字要加引号。",
  en: "Put a text that holds a comma in quotes.",
};

/** Issues inside unions and lists are unfolded; `base` is where the parsed part stands in its file. */
export function describeIssue(issue: Issue, file: YamlFile, base: Path, schema: z.ZodType): readonly Found[] {
  const inner = plain(issue.path as Path);
  const path = [...base, ...inner];
  const name = called(path);
  const subject = name === "" ? { zh: "这一条", en: "this entry" } : { zh: name, en: name };
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, inner);
    return issue.keys.map((key) => ({
      place: file.keyPlace([...path, key]),
      what: { zh: `未知的键 ${key}`, en: `unknown key ${key}` },
      todo:
        file.written([...path, key]) === "" && !/^[\w-]+$/.test(key)
          ? cutText
          : suggestion(nearest(key, known), known, 30),
    }));
  }
  if (issue.code === "invalid_union") {
    const branch = likeliest(issue.errors);
    if (branch)
      return branch.flatMap((one) =>
        describeIssue({ ...one, path: [...issue.path, ...one.path] } as Issue, file, base, schema),
      );
    const wanted = [
      ...new Map(
        issue.errors
          .flat()
          .flatMap((one) => (one.code === "invalid_type" ? [[one.expected, kindOf(one.expected)]] : [])) as [
          string,
          Text,
        ][],
      ).values(),
    ];
    const either: Text = {
      zh: wanted.map((kind) => kind.zh).join("或"),
      en: wanted.map((kind) => kind.en).join(" or "),
    };
    return [wrongKind(file, path, subject, either, schema, inner)];
  }
  if (issue.code === "invalid_key" || issue.code === "invalid_element") {
    return issue.issues.flatMap((one) =>
      describeIssue({ ...one, path: issue.path } as Issue, file, base, schema).map((found) =>
        issue.code === "invalid_key" ? { ...found, place: file.keyPlace(path) } : found,
      ),
    );
  }
  if (issue.code === "invalid_type") return [wrongKind(file, path, subject, kindOf(issue.expected), schema, inner)];
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    if (!file.has(path)) return [missing(file, path, subject, { zh: values.join("、"), en: values.join(", ") })];
    const written = shown(file, path);
    return [
      {
        place: file.place(path),
        what: {
          zh: `${subject.zh} 不能是 ${written}`,
          en: `${subject.en} cannot be ${written === "" ? "this" : written}`,
        },
        todo: suggestion(nearest(written, values), values),
      },
    ];
  }
  return [{ place: file.place(path), ...otherIssue(issue, subject) }];
}

/** The one option that the author meant: the only one that did not fail at its root for being another kind of thing. */
function likeliest(errors: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const reaching = errors.filter(
    (branch) => !branch.some((one) => one.path.length === 0 && one.code === "invalid_type"),
  );
  return [...reaching].sort((a, b) => a.length - b.length)[0];
}

function missing(file: YamlFile, path: Path, subject: Text, wanted: Text): Found {
  return {
    place: file.place(path.slice(0, -1)),
    what: { zh: `缺少 ${subject.zh}`, en: `${subject.en} is missing` },
    todo: { zh: `补上 ${subject.zh}:${wanted.zh}。`, en: `Add ${subject.en}: ${wanted.en}.` },
  };
}

function wrongKind(file: YamlFile, path: Path, subject: Text, kind: Text, schema: z.ZodType, inner: Path): Found {
  const described = describedAs(schema, inner);
  const wanted = described ?? kind;
  if (!file.has(path)) return missing(file, path, subject, wanted);
  const written = shown(file, path);
  if (["", "~", "null"].includes(file.written(path) ?? "-")) {
    return {
      place: file.place(path),
      what: { zh: `${subject.zh} 是空的`, en: `${subject.en} is empty` },
      todo: { zh: `写上${wanted.zh}。`, en: `Write ${wanted.en}.` },
    };
  }
  const got = written === "" ? { zh: "", en: "" } : { zh: `，写的是 ${written}`, en: `, not ${written}` };
  return {
    place: file.place(path),
    what: { zh: `${subject.zh} 应为${kind.zh}${got.zh}`, en: `${subject.en} must be ${kind.en}${got.en}` },
    todo: { zh: `改为${wanted.zh}。`, en: `Write ${wanted.en}.` },
  };
}

interface Words {
  readonly what: Text;
  readonly todo: Text;
}

function otherIssue(issue: Issue, subject: Text): Words {
  if (issue.code === "too_small" || issue.code === "too_big") {
    const small = issue.code === "too_small";
    const limit = String(small ? issue.minimum : issue.maximum);
    const counted = issue.origin === "string" || issue.origin === "array";
    const unit =
      issue.origin === "array"
        ? { zh: " 项", en: " items" }
        : counted
          ? { zh: " 个字", en: " characters" }
          : { zh: "", en: "" };
    return {
      what: {
        zh: `${subject.zh} ${small ? (counted ? "太短" : "太小") : counted ? "太长" : "太大"}`,
        en: `${subject.en} is too ${small ? (counted ? "short" : "small") : counted ? "long" : "large"}`,
      },
      todo: {
        zh: `${small ? "至少" : "至多"} ${limit}${unit.zh}。`,
        en: `${small ? "At least" : "At most"} ${limit}${unit.en}.`,
      },
    };
  }
  if (issue.code === "custom") {
    const words = issue.params as (Partial<Words> & { readonly text?: Text }) | undefined;
    if (words?.text) {
      return {
        what: words.text,
        todo: { zh: "请改正。", en: "Correct it." },
      };
    }
    if (words?.what && words.todo) {
      return { what: { zh: `${subject.zh} ${words.what.zh}`, en: `${subject.en} ${words.what.en}` }, todo: words.todo };
    }
  }
  return {
    what: {
      zh: `${subject.zh} 不合要求：${issue.message}`,
      en: `${subject.en} does not fit: ${issue.message}`,
    },
    todo: { zh: "按说明改写。", en: "Change it accordingly." },
  };
}
