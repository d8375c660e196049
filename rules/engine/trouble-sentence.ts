/** What is said of a rule that cannot be judged, or can be again. */
import type { PointDefinition } from "#model/points";
import type { Text } from "#model/text";
import { spanText } from "../language/template.ts";
import { TROUBLE_AFTER } from "../language/trouble.ts";

/** More names than these help nobody. */
const NAMED = 3;

function names(points: readonly PointDefinition[], language: keyof Text): string {
  const told = points.slice(0, NAMED).map(({ name }) => name[language]);
  const more = points.length - told.length;
  if (language === "zh") return told.join("、") + (more > 0 ? `等 ${points.length} 个测点` : "");
  return told.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** `bad` are the points that the rule reads and that are bad now. */
export function troubleSentence(title: Text, bad: readonly PointDefinition[], troubled: boolean): Text {
  if (!troubled) return { zh: `“${title.zh}”已恢复判断`, en: `"${title.en}" can be judged again` };
  const span = spanText(TROUBLE_AFTER);
  return {
    zh: `无法判断“${title.zh}”：${names(bad, "zh")}的数据无效已 ${span.zh}`,
    en: `"${title.en}" cannot be judged: no valid data from ${names(bad, "en")} for ${span.en}`,
  };
}
