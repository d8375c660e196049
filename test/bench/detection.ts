/** Every story at several seeds and parameters, and days on which nothing happens: what is missed, late, or false. */
import { findScenario, scenarios } from "../../simulators/scenarios/index.ts";
import { playStory } from "../simulators/stage/play-story.ts";
import { quietDays } from "../simulators/stage/quiet-days.ts";

const seeds = [1, 2, 3];
const line = (text: string) => process.stdout.write(`${text}\n`);

/** Two further sets of parameters: a third and two thirds of the way from the lowest to the highest, unless days long. */
function variants(name: string): Readonly<Record<string, number>>[] {
  const parameters = Object.entries(findScenario(name)?.parameters ?? {});
  const share = (part: number) =>
    Object.fromEntries(
      parameters
        .filter(([, { unit }]) => unit !== "s")
        .map(([key, { min, max, unit }]) => {
          const value = min + part * (max - min);
          return [key, unit === "1" ? Math.round(value) : value];
        }),
    );
  return parameters.some(([, { unit }]) => unit !== "s") ? [{}, share(1 / 3), share(2 / 3)] : [{}];
}

/** Prints a row per story and the sum. */
export async function run(days = 30): Promise<void> {
  let expected = 0;
  let detected = 0;
  let falseAlarms = 0;
  line("| story | plays | demanded | detected | false | least margin, s |");
  line("|---|---|---|---|---|---|");
  for (const { name } of scenarios) {
    let plays = 0;
    let wanted = 0;
    let told = 0;
    let wrong = 0;
    let margin = Number.POSITIVE_INFINITY;
    const once = name === "night-leak";
    for (const params of once ? [{}] : variants(name)) {
      for (const seed of once ? [1] : seeds) {
        const { score } = await playStory(name, { seed, params });
        plays += 1;
        wanted += score.results.length;
        told += score.detected;
        wrong += score.false;
        for (const { delay, within } of score.results) {
          if (delay !== undefined) margin = Math.min(margin, within - delay);
        }
        for (const bad of score.results.filter(({ verdict }) => verdict !== "detected")) {
          line(`<!-- ${name} seed ${seed} ${JSON.stringify(params)}: ${JSON.stringify(bad)} -->`);
        }
        for (const bad of score.falseAlarms)
          line(`<!-- ${name} seed ${seed} ${JSON.stringify(params)}: ${JSON.stringify(bad)} -->`);
      }
    }
    expected += wanted;
    detected += told;
    falseAlarms += wrong;
    line(
      `| ${name} | ${plays} | ${wanted} | ${told} | ${wrong} | ${Number.isFinite(margin) ? margin.toFixed(1) : "–"} |`,
    );
  }
  const quiet = await quietDays(days);
  line(`\nrecall ${detected}/${expected}, false alarms in stories ${falseAlarms}`);
  line(`quiet: ${quiet.length} alarms in ${days} days (${((quiet.length * 30) / days).toFixed(1)} per month)`);
  for (const alarm of quiet) line(`<!-- ${JSON.stringify(alarm)} -->`);
}
