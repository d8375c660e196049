/** What the YAML parser's error codes mean to the person who wrote the file. */

import type { Text } from "#model/text";

interface Meaning {
  readonly what: Text;
  readonly todo: Text;
}

const indent: Meaning = {
  what: { zh: "缩进不一致", en: "the indentation does not fit" },
  todo: { zh: "同一级的行左端对齐，每级缩进两个空格。", en: "Align lines of one level, two spaces per level." },
};
const token: Meaning = {
  what: { zh: "此处不应出现这个符号", en: "this is not expected here" },
  todo: {
    zh: "检查括号、逗号和引号；含 : # { } [ ] , 的文字要加引号。",
    en: "Check brackets, commas and quotes; put text that holds : # { } [ ] , in quotes.",
  },
};
const nested: Meaning = {
  what: {
    zh: "一行里出现了两个“键: 值”，或缩进不一致",
    en: "two keys on one line, or an indentation that does not fit",
  },
  todo: {
    zh: "换行并对齐；值里含冒号时加引号。",
    en: "Start a new line and align it; put a value that holds a colon in quotes.",
  },
};

const meanings: Readonly<Record<string, Meaning>> = {
  BAD_INDENT: indent,
  TAB_AS_INDENT: {
    what: { zh: "用制表符缩进", en: "a tab is used as indentation" },
    todo: { zh: "改用空格。", en: "Use spaces." },
  },
  UNEXPECTED_TOKEN: token,
  BLOCK_AS_IMPLICIT_KEY: nested,
  BLOCK_IN_FLOW: nested,
  MULTILINE_IMPLICIT_KEY: nested,
  MISSING_CHAR: {
    what: { zh: "缺少冒号、引号或括号", en: "a colon, quote or bracket is missing" },
    todo: {
      zh: "补上缺少的符号：“键: 值”，引号和括号成对。",
      en: "Write `key: value`, and close every quote and bracket.",
    },
  },
  BAD_SCALAR_START: {
    what: { zh: "文字不能以这个符号开头", en: "text cannot start with this character" },
    todo: { zh: "把文字放进引号。", en: "Put the text in quotes." },
  },
  BAD_DQ_ESCAPE: {
    what: { zh: "双引号内的反斜杠转义无效", en: "this backslash escape does not exist" },
    todo: { zh: "改用单引号，或写成 \\\\。", en: "Use single quotes, or write \\\\." },
  },
  MULTIPLE_DOCS: {
    what: { zh: "一个文件里有多个文档（---）", en: "the file holds more than one document (---)" },
    todo: { zh: "删除 ---，或分成多个文件。", en: "Remove the ---, or split the file." },
  },
  RESOURCE_EXHAUSTION: {
    what: { zh: "嵌套过深", en: "it is nested too deeply" },
    todo: { zh: "最多 32 层。", en: "At most 32 levels are read." },
  },
  KEY_OVER_1024_CHARS: {
    what: { zh: "键过长", en: "a key is too long" },
    todo: { zh: "检查是否漏写引号。", en: "Check whether a quote is missing." },
  },
};

const placeholder: Meaning = {
  what: { zh: `花括号 {…} 里的 \${…} 没有加引号`, en: `a \${…} inside { } is not in quotes` },
  todo: { zh: `写成 "\${NAME}"。`, en: `Write it as "\${NAME}".` },
};

/** Words for a parser error; `before` is the text just before its place. */
export function meaningOf(code: string, before: string): Meaning {
  if (code === "UNEXPECTED_TOKEN" && /\$$/.test(before)) return placeholder;
  return (
    meanings[code] ?? {
      what: { zh: "YAML 格式错误", en: "this is not valid YAML" },
      todo: { zh: "检查缩进、引号和括号。", en: "Check indentation, quotes and brackets." },
    }
  );
}
