/**
 * The simulators share no code with the rest of the house, so what both sides must agree on is compared here: the register
 * maps with the default profiles, and the alarms that stories demand with the rule library.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { scenarios } from "../../simulators/scenarios/index.ts";
import {
  accessMap,
  boosterMap,
  elevatorMap,
  firePanelMap,
  gasMap,
  generatorMap,
  type RegisterEntry,
  type RegisterMap,
  upsMap,
  utilityMap,
} from "../../simulators/wire/maps.ts";

const yaml = (path: string) => parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));

/** A profile may leave out the usual order of words and the usual type. */
const written = (at: string, door: number | undefined): string =>
  at
    .replace(/:ABCD$/, "")
    .replace("{door}", `${door}`)
    .replace(/^(holding:\d+)$/, "$1:u16");

/** The address as a profile writes it. */
function address({ at, as }: RegisterEntry): string {
  if (as.startsWith("bit")) return `holding:${at}.${as.slice(3)}`;
  return `holding:${at}:${{ hi8: "u8hi", lo8: "u8lo" }[as as string] ?? as}`;
}

interface ProfilePoint {
  id: string;
  at: string;
  scale?: number;
  unit?: string;
}

test.each([
  { profile: "drivers/profiles/default-elevator.yaml", map: elevatorMap },
  { profile: "drivers/profiles/default-booster.yaml", map: boosterMap },
  { profile: "drivers/profiles/default-fire-panel.yaml", map: firePanelMap },
  { profile: "drivers/profiles/default-door-controller.yaml", map: accessMap(4) },
  { profile: "drivers/profiles/default-power-meter.yaml", map: utilityMap },
  { profile: "drivers/profiles/default-generator.yaml", map: generatorMap },
  { profile: "drivers/profiles/default-ups.yaml", map: upsMap },
  { profile: "drivers/profiles/default-gas-detector.yaml", map: gasMap },
  ...[1, 2, 3, 4].map((door) => ({ profile: "drivers/profiles/default-door.yaml", map: accessMap(4), door })),
])(
  "$profile finds every point where the device has it, in the same scale",
  ({ profile, map, door = undefined }: { profile: string; map: RegisterMap; door?: number }) => {
    const points: ProfilePoint[] = yaml(profile).points;
    const registers = new Map(map.map((entry) => [entry.point, entry]));
    for (const point of points) {
      const entry = registers.get(door ? `d${door}_${point.id}` : point.id);
      expect([point.id, entry && address(entry)]).toEqual([point.id, written(point.at, door)]);
      // A profile may count in another unit than the plant (cm instead of m); then the scales differ by a power of ten.
      const ratio = Math.log10(Math.abs(point.scale ?? 1) * (entry?.scale ?? 1));
      expect([point.id, Number.isInteger(Math.round(ratio * 1e9) / 1e9)]).toEqual([point.id, true]);
      if (point.unit === "m/s" || point.unit === "MPa" || point.unit === "Hz")
        expect([point.id, ratio]).toEqual([point.id, 0]);
    }
    expect(points.length).toBeGreaterThan(5);
  },
);

test("every alarm that a story demands or forbids is a rule of the library, with that severity and ticket class", () => {
  interface Rule {
    id: string;
    severity: string;
    ticket?: string;
    levels?: { severity: string }[];
  }
  const packs = ["elevator", "water", "fire", "access", "power", "generator", "ups", "gas"];
  const rules: Rule[] = packs.flatMap((pack) => yaml(`rules/library/${pack}.yaml`));
  // Loss of communication is no rule of a file: the house tells it.
  const house = new Set(["comms_loss"]);
  for (const scenario of scenarios) {
    for (const { rule: id, severity, ticketClass } of scenario.mustFollow.filter(({ rule }) => !house.has(rule))) {
      const rule = rules.find((one) => one.id === id);
      expect([id, rule && (rule.ticket ?? "none")]).toEqual([id, ticketClass]);
      expect([rule?.severity, ...(rule?.levels ?? []).map((level) => level.severity)]).toContain(severity);
    }
    const others = [...scenario.mustNotFollow, ...(scenario.mayFollow ?? [])].filter((id) => !house.has(id));
    for (const id of others) expect(rules.map((rule) => rule.id)).toContain(id);
  }
});
