/** Brake linings wear: every stop is a little farther off, until people would trip. */
import type { Elevator } from "../plant/elevator-state.ts";
import type { Mark, ScenarioOf } from "./scenario.ts";

const from = 5;
const to = 28;
/** Stops scatter by 3 mm and the ropes stretch by some millimetres more: at this much beyond a limit most stops are past it. */
const scatter = 6;
/** The rules look at an hour of stops. */
const windowSeconds = 3600;
/** Seconds until every stop is `millimetres` off. */
const reaches = (millimetres: number, perDay: number) => ((millimetres - from) / perDay) * 86_400;

export const elevatorLevelling: ScenarioOf<Elevator, "perDay"> = {
  name: "elevator-levelling",
  kind: "elevator",
  title: { zh: "平层偏差逐渐增大", en: "Levelling drifts away" },
  tells: {
    zh: "抱闸磨损，平层误差从 5 mm 逐渐增大到 28 mm（真实情况每天约 0.5 mm，演练时加快）",
    en: "Brake wear moves the levelling error from 5 to 28 mm (some 0.5 mm a day outside; faster in a drill)",
  },
  parameters: {
    perDay: { default: 96, min: 0.5, max: 200, unit: "mm", tells: { zh: "每天增加", en: "Grows by so much a day" } },
  },
  mustFollow: [
    {
      rule: "elevator.levelling",
      severity: "S4",
      ticketClass: "none",
      within: windowSeconds,
      from: ({ perDay }) => reaches(10 + scatter, perDay),
    },
    {
      rule: "elevator.levelling_far",
      severity: "S3",
      ticketClass: "non_urgent",
      within: windowSeconds,
      from: ({ perDay }) => reaches(20 + scatter, perDay),
    },
  ],
  mustNotFollow: ["elevator.entrapment_off_landing", "elevator.entrapment_at_landing", "elevator.over_travel"],
  watch: ["leveling_error"],
  approach: () => () => "there",
  course(_elevator, { perDay }) {
    const steps = 46;
    const marks: Mark<Elevator>[] = Array.from({ length: steps + 1 }, (_, index) => {
      const error = from + ((to - from) * index) / steps;
      return {
        at: reaches(error, perDay),
        act: (elevator: Elevator) => elevator.driftLevel(error),
        ...(index % 10 === 0 && {
          tells: { zh: `平层误差约 ${error} mm`, en: `Stops are about ${error} mm off` },
        }),
      };
    });
    return [...marks, { at: reaches(to, perDay) + 2 * windowSeconds, tells: { zh: "维保调整", en: "Adjusted" } }];
  },
  endsAfter: ({ perDay }) => reaches(to, perDay) + 2 * windowSeconds,
};
