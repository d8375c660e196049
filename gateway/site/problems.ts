/** What is wrong in a site: collected from every file, each at its place, and put into words for people. */
import type { Problem } from "#model/problem";
import type { Text } from "#model/text";

/** Where something stands in a file; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface ProblemList {
  error(place: Place, what: Text, todo: Text): void;
  warning(place: Place, what: Text, todo: Text): void;
  add(problems: readonly Problem[]): void;
  /** From now on and before: where a sentence would show `value`, it shows `instead`. For what may be a secret. */
  hide(value: string, instead: string): void;
  /** Sorted by file, line and column; the same problem found twice is listed once. */
  list(): readonly Problem[];
}

/** Anything shorter is no secret, and covering it would tear ordinary words. */
const SHORTEST_SECRET = 5;

export function createProblemList(): ProblemList {
  const found = new Map<string, Problem>();
  const hidden = new Map<string, string>();
  const cover = (text: string): string => {
    let covered = text;
    for (const [value, instead] of hidden) covered = covered.replaceAll(value, () => instead);
    return covered;
  };
  const coverBoth = (text: Text): Text => ({ zh: cover(text.zh), en: cover(text.en) });
  const add = (problem: Problem): void => {
    const { file, line, column, level, what } = problem;
    const key = JSON.stringify([file, line, column, level, what.en]);
    if (!found.has(key)) found.set(key, problem);
  };
  const report = (level: Problem["level"]) => (place: Place, what: Text, todo: Text) =>
    add({ file: place.file, line: place.line, column: place.column, what, todo, level });
  return {
    error: report("error"),
    warning: report("warning"),
    add: (problems) => problems.forEach(add),
    hide(value, instead) {
      if (value.length >= SHORTEST_SECRET) hidden.set(value, instead);
    },
    list: () =>
      [...found.values()]
        .sort(compareProblems)
        .map((problem) => ({ ...problem, what: coverBoth(problem.what), todo: coverBoth(problem.todo) })),
  };
}

function compareProblems(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.what.en < b.what.en ? -1 : 1);
}

/** `file:line:column  what  what to do`, on one line; a warning says so. */
export function formatProblem(problem: Problem, language: "zh" | "en"): string {
  const mark = problem.level === "warning" ? (language === "zh" ? "提醒：" : "warning: ") : "";
  return `${formatPlace(problem)}  ${mark}${problem.what[language]}  ${problem.todo[language]}`;
}

export const formatPlace = (place: Place): string => `${place.file}:${place.line}:${place.column}`;

/** `did you mean …` when a known word is near, otherwise the known words, at most `most` of them. */
export function suggestion(near: string | undefined, known: readonly string[], most = 16): Text {
  if (near !== undefined) return { zh: `是否应为 ${near}？`, en: `Did you mean ${near}?` };
  if (known.length === 0) return { zh: "请删除。", en: "Remove it." };
  const shown = known.slice(0, most).join(", ");
  const more = known.length > most ? ` … (${known.length})` : "";
  return { zh: `可用的有：${shown}${more}。`, en: `Known here: ${shown}${more}.` };
}
