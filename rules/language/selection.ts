/** Whether a rule is for a device: its `each` names devices, profiles, tags or places. */
import type { RuleDefinition, RuleSelection } from "#model/rule";
import type { Device } from "#model/site";
import type { Text } from "#model/text";
import type { Subject } from "./scope.ts";

/** What a device offers to each part of a selection. */
const OFFERS: Readonly<Record<keyof RuleSelection, (device: Device) => readonly (string | undefined)[]>> = {
  device: ({ id }) => [id],
  profile: ({ profile }) => [profile],
  tag: ({ tags }) => tags ?? [],
  building: ({ place }) => [place.building],
  floor: ({ place }) => [place.floor],
  room: ({ place }) => [place.room],
};

/** The parts of a selection that a device does not fit; none: it is selected. */
export function misfits(each: RuleSelection, device: Device): readonly (keyof RuleSelection)[] {
  return (Object.keys(OFFERS) as (keyof RuleSelection)[]).filter((part) => {
    const wanted = each[part];
    return (
      wanted !== undefined && !OFFERS[part](device).some((offered) => offered !== undefined && wanted.includes(offered))
    );
  });
}

/** Why the rule is not for this device; `undefined` when it is. */
export function notSelected({ each }: RuleDefinition, { device }: Subject): Text | undefined {
  const parts = each && device ? misfits(each, device) : [];
  if (parts.length === 0) return undefined;
  return {
    zh: `不在 each 的选择范围内（${parts.join("、")}）`,
    en: `The rule's each does not select it (${parts.join(", ")}).`,
  };
}
