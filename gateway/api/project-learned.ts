/** Learned values as the API tells them: what the history teaches beside what is in force, and every applied row. */
import { LEARNED_UNIT, type Learnable, LearnedRow, learnableText } from "#model/learned";
import type { RuleDefinition } from "#model/rule";
import type { Text } from "#model/text";
import { formatInstant, instant } from "#model/time";
import { type Standing, valueInForce } from "../../rules/tuning/in-force.ts";
import type { DeviceSuggestion } from "../backtest/trial.ts";
import type { ApiHouse } from "./api-house.ts";
import type { RuleBody } from "./rule-shapes.ts";
import type { AppliedBody, LearnedBody, SuggestionBody } from "./study-shapes.ts";

type Told = Pick<ApiHouse, "site" | "learned" | "backtests">;

type OwnValue = NonNullable<RuleBody["params"][number]["own"]>[number];

const time = (ms: number): string => formatInstant(instant(ms));

export function learnedBody(house: Told): LearnedBody {
  const study = house.backtests.studies.standing("learning");
  const fitted = house.learned();
  const { report, ...job } = study ?? {};
  const devices = report?.devices.map(({ suggestions, ...device }) => ({
    ...device,
    suggestions: suggestions.map(({ device: id, what, values, trial }): SuggestionBody => {
      const now = valueInForce(house.site, fitted, id, what);
      const notNow = now.from === "device" ? fileGoesFirst(id, what) : undefined;
      return {
        what,
        name: learnableText[what],
        unit: LEARNED_UNIT,
        values,
        now,
        trial,
        ...(notNow ? { notNow } : {}),
      };
    }),
  }));
  return {
    ...(study ? { study: { ...study, ...job, report: report && devices ? { ...report, devices } : undefined } } : {}),
    applied: fitted.standing.map(appliedBody),
  };
}

/** What the last study suggests for this device, with the range that it is from. */
export function suggestionFor(house: Told, device: string, what: Learnable) {
  const report = house.backtests.studies.standing("learning")?.report;
  const found = report?.devices.find((one) => one.device === device);
  const suggestion: DeviceSuggestion | undefined = found?.suggestions.find((one) => one.what === what);
  if (!report || !found || !suggestion) return undefined;
  const { minutes, gaps } = found;
  const [from, to] = [report.from, report.to].map((text) => Temporal.Instant.from(text).epochMilliseconds);
  return { suggestion, learned: { from: from as number, to: to as number, minutes, gaps } };
}

function appliedBody(standing: Standing): AppliedBody {
  const { row, state } = standing;
  const because = "because" in standing ? { because: standing.because } : {};
  const read = LearnedRow.safeParse(row);
  if (!read.success) {
    const { device, what } = row as { device?: unknown; what?: unknown };
    return {
      id: String(row.id),
      state,
      ...because,
      ...(typeof device === "string" ? { device } : {}),
      ...(typeof what === "string" ? { what } : {}),
    };
  }
  const { id, device, what, unit, values, reason, by, learned } = read.data;
  return {
    id,
    state,
    ...because,
    device,
    what,
    name: learnableText[what],
    unit,
    values,
    ...(row.was === undefined ? {} : { was: row.was }),
    by: by.name,
    at: time(by.at),
    reason,
    learned: { ...learned, from: time(learned.from), to: time(learned.to) },
  };
}

/** Devices on which the rule goes by another value than its default, by the name of the parameter. */
export function withOwnValues(body: RuleBody, rule: RuleDefinition, { learned }: Pick<ApiHouse, "learned">): RuleBody {
  const { devices, standing } = learned();
  const runs = new Set(body.devices);
  const own = devices.filter(({ id }) => runs.has(id));
  return {
    ...body,
    params: body.params.map((param) => {
      const rows = own.flatMap(({ id, params, ownParams }): OwnValue[] => {
        const value = Object.hasOwn(params, param.name) ? params[param.name] : undefined;
        if (value === undefined || typeof value !== typeof rule.params[param.name]?.default) return [];
        const applied = standing.find(
          ({ state, row }) => state === "in-force" && row.device === id && row.what === param.name,
        )?.row;
        if (!applied) return [{ device: id, value, from: ownParams?.includes(param.name) ? "device" : "profile" }];
        const { by, reason } = applied;
        return [{ device: id, value, from: "learned", by: by.name, at: formatInstant(by.at), reason }];
      });
      return rows.length > 0 ? { ...param, own: rows } : param;
    }),
  };
}

export const fileGoesFirst = (device: string, what: Learnable): Text => ({
  zh: `devices/*.yaml 中设备 ${device} 写明了 ${what}，以文件为准。`,
  en: `devices/*.yaml names ${what} of ${device}, and the file goes first.`,
});
