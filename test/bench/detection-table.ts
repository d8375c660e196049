/** The marks of the detection bench as the tables that stand in simulators/README.md. */
import { findScenario } from "../../simulators/scenarios/index.ts";
import { byRule, type FalseAlarm, type Scored } from "../../simulators/score.ts";
import type { Answer } from "./detection-worker.ts";

type Story = Extract<Answer, { kind: "story" }>;
type Quiet = Extract<Answer, { kind: "quiet" }>;

const minutes = (answers: readonly Answer[]) =>
  (answers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / 60).toFixed(1);
const seconds = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(1));
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
const table = (heads: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [row(heads), row(heads.map(() => "---")), ...rows.map(row)].join("\n");

function familyOf({ play }: Story): string {
  const scenario = findScenario(play.scenario);
  return scenario?.spansBuilding || scenario?.kind === "any" ? "several devices" : (scenario?.kind ?? "?");
}

/** Two tables and a sentence, in Markdown. `planned`: the plays of a whole run, when not all were played. */
export function report(stories: readonly Story[], quiet: readonly Quiet[], planned = stories.length): string {
  const results: readonly Scored[] = stories.flatMap((one) => one.results);
  const falseAlarms: readonly FalseAlarm[] = stories.flatMap((one) => one.falseAlarms);
  const detected = results.filter(({ verdict }) => verdict === "detected").length;
  const late = results.filter(({ verdict }) => verdict === "late").length;
  const days = quiet.reduce((sum, one) => sum + one.days, 0);
  const rung = quiet.flatMap(({ alarms }) => alarms);
  const families = [...Map.groupBy(stories, familyOf)].map(([family, own]) => [
    family,
    new Set(own.map(({ play }) => play.scenario)).size,
    own.length,
    [...new Set(own.map(({ play }) => play.seed))].sort((one, other) => one - other).join(" "),
    own.flatMap((one) => one.results).length,
    own.flatMap((one) => one.results).filter(({ verdict }) => verdict === "detected").length,
    own.flatMap((one) => one.falseAlarms).length,
  ]);
  const rules = byRule(results, falseAlarms).map((one) => [
    `\`${one.rule}\``,
    one.expected,
    one.detected,
    one.late,
    one.missed,
    one.false,
    seconds(one.medianDelay),
    seconds(one.longestDelay),
    seconds(one.margin),
  ]);
  const moments = quiet
    .flatMap((one) => one.moments)
    .sort((one, other) => one.name.localeCompare(other.name))
    .map(({ name, times, shown }) => [name, times, shown]);
  return [
    `Recall ${detected} of ${results.length} (${late} late), ${falseAlarms.length} false alarms in ${stories.length} plays` +
      `${stories.length < planned ? ` of ${planned} (cut short: seeds 1 to 3 play the defaults, 4 to 7 places along the ranges)` : ""}; ` +
      `${rung.length} alarms in ${days} quiet days${days > 0 ? ` (${((30 * rung.length) / days).toFixed(1)} a month)` : ""}. ` +
      `Processor time ${minutes(stories)} min for the stories, ${minutes(quiet)} min for the quiet days.`,
    table(["stories of", "stories", "plays", "seeds", "demanded", "in time", "false"], families),
    table(
      ["rule", "demanded", "in time", "late", "missed", "false", "median delay, s", "longest, s", "least margin, s"],
      rules,
    ),
    ...(moments.length > 0 ? [table(["moment of the quiet days", "times", "shown by the plant"], moments)] : []),
  ].join("\n\n");
}

/** What went wrong, one line each: what to play again to see it. */
export function complaints(answers: readonly Answer[]): readonly string[] {
  return answers.flatMap((one) => {
    if (one.kind === "quiet")
      return [
        ...one.alarms.map((alarm) => `quiet: ${alarm.id} ${alarm.severity} at ${new Date(alarm.at).toISOString()}`),
        ...one.moments
          .filter(({ times, shown }) => shown < times)
          .map(({ name, times, shown }) => `quiet: "${name}" came ${shown} of ${times} times`),
      ];
    const name = `${one.play.scenario} seed ${one.play.seed} ${JSON.stringify(one.play.params)}`;
    return [
      ...(one.failed === undefined ? [] : [`${name}: ${one.failed}`]),
      ...one.results.filter(({ verdict }) => verdict !== "detected").map((bad) => `${name}: ${JSON.stringify(bad)}`),
      ...one.falseAlarms.map((bad) => `${name}: false ${JSON.stringify(bad)}`),
    ];
  });
}
