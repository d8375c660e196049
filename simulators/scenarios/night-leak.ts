/** A pipe leaks quietly: by day nobody sees it, at night the flow no longer falls to nothing. */
import type { Booster } from "../plant/booster.ts";
import { holeFlow } from "../plant/hydraulics.ts";
import type { ScenarioOf } from "./scenario.ts";

const day = 86_400;
/** Two nights are asked for; whoever begins in the small hours does not count that one. */
const nights = 2.2 * day;
/** m³/h more than usual that one night is enough for. */
const large = 3;
const barAtSet = 5.5;

export const nightLeak: ScenarioOf<Booster, "hole" | "lasts"> = {
  name: "night-leak",
  kind: "booster",
  title: { zh: "夜间暗漏（6 mm）", en: "Hidden leak (6 mm)" },
  tells: {
    zh: "埋地管道暗漏约 2 m³/h，白天看不出，夜间最小流量升高。须先有一周以上历史",
    en: "A buried pipe leaks some 2 m³/h: unseen by day, but the night's lowest flow rises. Needs a week of history",
  },
  parameters: {
    hole: { default: 6, min: 5, max: 9, unit: "mm", tells: { zh: "破口直径", en: "Diameter of the hole" } },
    lasts: { default: 2.5 * day, min: day, max: 6 * day, unit: "s", tells: { zh: "持续时间", en: "Lasts" } },
  },
  mustFollow: [
    {
      rule: "water.night_flow",
      severity: "S3",
      ticketClass: "general_fault",
      within: nights,
      onlyIf: ({ hole, lasts }) =>
        lasts > nights || (lasts > nights - day && holeFlow(hole, 1, barAtSet) > 1.2 * large),
    },
  ],
  mustNotFollow: ["water.pipe_burst_drop", "water.pipe_burst_collapse", "water.all_pumps_failed"],
  watch: ["flow", "outlet_pressure"],
  approach: () => () => "there",
  course: (_booster, values) => [
    {
      at: 0,
      tells: { zh: `管道出现 ${values.hole} mm 暗漏`, en: `A hole of ${values.hole} mm opens` },
      act: (booster) => booster.burst(values.hole, 60, 0),
    },
    {
      at: values.lasts,
      tells: { zh: "漏点修复", en: "The leak is mended" },
      act: (booster) => booster.isolateBurst(),
    },
    { at: values.lasts + 60, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};
