/**
 * Where a device stands, as far as a rule looks. On devices of one shape that reach the same others a rule means the same: a
 * thousand lifts of one building ask one fire panel.
 */
import type { RuleDefinition } from "#model/rule";
import type { Device } from "#model/site";
import { hasOddField, isOwnAffair } from "./own-affair.ts";
import type { ParsedRule } from "./parsed-rule.ts";
import { candidates, dottedIn, isDotted, isWhich, type Neighbourhood, readReference } from "./relations.ts";
import type { SitePoints, Subject } from "./scope.ts";
import { misfits } from "./selection.ts";
import { placeholdersOf } from "./template.ts";

/** One direction in which a rule looks, and the points that it looks for there. */
interface Look {
  readonly where: string;
  readonly which: string | undefined;
  readonly keys: Set<string>;
}

function looksOf({ rule, lets, when, clear, deadband, onDelay, offDelay, levels }: ParsedRule): readonly Look[] {
  const names = [...lets.values(), when, clear, deadband, onDelay, offDelay, ...levels].flatMap((part) =>
    part ? [...dottedIn(part.tree, () => false)] : [],
  );
  const looks = new Map<string, Look>();
  for (const name of [...names, ...[...placeholdersOf(rule.because)].filter(isDotted)]) {
    const reference = readReference(name);
    if (!reference) continue;
    const { where, which, key } = reference;
    const known = looks.get(`${where} ${which}`);
    if (known) known.keys.add(key);
    else looks.set(`${where} ${which}`, { where, which, keys: new Set([key]) });
  }
  return [...looks.values()];
}

/** What the devices of a relation are found by. */
const findsBy = (where: string, { dependsOn, place }: Device): string =>
  where === "depends_on" ? dependsOn.join("\n") : [place.building, place.floor, place.room].join("\n");

const reached = ({ where, which, keys }: Look, here: Device, neighbours: Neighbourhood): readonly Subject[] =>
  candidates(where, here, neighbours).filter(
    ({ device, points }) => isWhich(device, which) && [...keys].some((key) => points.has(key)),
  );

/**
 * Of two devices of one shape: equal texts, equal meaning of the rule. Who is among those that it reaches stands alone, since it
 * is named there as any other and must not be taken for its own double.
 */
export function standingOf(parsed: ParsedRule, { neighbours }: SitePoints): (device: Device) => string {
  const { rule } = parsed;
  if (isOwnAffair(rule)) return () => "";
  if (hasOddField(rule)) return ({ id }) => id;
  const looks = looksOf(parsed);
  const found = new Map<string, { readonly text: string; readonly ids: ReadonlySet<string> }>();
  return (here) => {
    const texts = looks.map((look, at) => {
      const by = `${at} ${findsBy(look.where, here)}`;
      const known = found.get(by);
      const ids = known?.ids ?? new Set(reached(look, here, neighbours).map(({ device }) => device?.id ?? ""));
      const text = known?.text ?? JSON.stringify([...ids]);
      if (!known) found.set(by, { text, ids });
      return ids.has(here.id) ? here.id : text;
    });
    return [...selected(rule, here), ...texts].join("\n");
  };
}

const selected = ({ each }: RuleDefinition, device: Device): readonly string[] => (each ? misfits(each, device) : []);
