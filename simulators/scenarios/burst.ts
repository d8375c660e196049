/** What the two bursts share: a hole that opens within two seconds, and a valve that is shut in the end. */
import type { Booster } from "../plant/booster.ts";
import { demand, type Mark, repairAfter } from "./scenario.ts";

const openingSeconds = 2;
const quietAfter = 60;

export const burstParameters = {
  demand,
  toSump: {
    default: 0,
    min: 0,
    max: 1,
    unit: "1",
    tells: { zh: "流入集水井的比例", en: "Share of the water that reaches the sump" },
  },
  repairAfter,
} as const;

/** `observed`: seconds after t0 at which the true state is put on record. */
export function burstMarks(
  values: { readonly hole: number; readonly toSump: number; readonly repairAfter: number },
  observed: readonly number[],
): readonly Mark<Booster>[] {
  const seen = observed
    .filter((at) => at < values.repairAfter)
    .map((at) => ({ at, tells: { zh: `爆管后 ${at} s`, en: `${at} s after the burst` } }));
  return [
    {
      at: 0,
      tells: { zh: `管道破口 ${values.hole} mm，2 s 内张开`, en: `A hole of ${values.hole} mm opens within 2 s` },
      act: (booster) => booster.burst(values.hole, openingSeconds, values.toSump),
    },
    ...seen,
    {
      at: values.repairAfter,
      tells: { zh: "关阀隔离爆管段", en: "The valve before the burst is shut" },
      act: (booster) => booster.isolateBurst(),
    },
    { at: values.repairAfter + quietAfter, tells: { zh: "供水恢复正常", en: "The supply is back to normal" } },
  ];
}
