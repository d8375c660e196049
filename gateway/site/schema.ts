/** JSON Schema of the site files, from the same schemas that read them, so that an editor completes and marks what a check would. */
import * as z from "zod";
import { Channel } from "./channel-file.ts";
import { DeviceEntry, PointEntry, PointOverride, ProfileFile } from "./device-file.ts";
import { PeopleFile, PersonEntry, ShiftEntry, TeamEntry } from "./people-file.ts";
import { ResidentsFile } from "./residents-file.ts";
import { ResponseFile } from "./response-file.ts";
import { OverrideEntry, RuleEntry } from "./rule-file.ts";
import { SiteFile } from "./site-file.ts";
import { PointKey } from "./vocabulary.ts";

/** One or a list of them, as `itemsOf` reads both. */
const oneOrMore = <S extends z.ZodType>(item: S) => z.union([z.array(item), item]);

/** The parts that are read one by one, so that one wrong point does not hide the others, are put together here. */
const files = {
  site: SiteFile.extend({
    channels: z.array(Channel).optional(),
    residents: ResidentsFile.extend({ channels: z.array(Channel).optional() }).optional(),
  }),
  devices: oneOrMore(
    DeviceEntry.extend({
      overrides: z.record(PointKey, PointOverride).optional(),
      points: z.array(PointEntry).optional(),
    }),
  ),
  rules: oneOrMore(z.union([RuleEntry, OverrideEntry])),
  people: PeopleFile.extend({
    people: z.array(PersonEntry),
    teams: z.array(TeamEntry),
    shifts: z.array(ShiftEntry).optional(),
  }),
  response: ResponseFile,
  profile: ProfileFile.extend({ points: z.array(PointEntry).optional() }),
} as const;

export type SiteFileKind = keyof typeof files;
export const siteFileKinds = Object.keys(files) as readonly SiteFileKind[];

/** Descriptions come in two languages; a schema has one field for them. */
function describe({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  const { zh, description } = jsonSchema;
  if (typeof zh === "string") jsonSchema.description = `${zh} / ${String(description)}`;
  delete jsonSchema.zh;
}

/** The schema of one kind of file, or of all of them under `$defs`. */
export function siteSchema(kind?: SiteFileKind): Readonly<Record<string, unknown>> {
  const of = (one: SiteFileKind) =>
    z.toJSONSchema(files[one], { io: "input", unrepresentable: "any", override: describe }) as Record<string, unknown>;
  if (kind) return of(kind);
  const definitions = siteFileKinds.map((one) => {
    const { $schema: _, ...schema } = of(one);
    return [one, schema];
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Gatehouse site files",
    description: "site.yaml: site; devices/*.yaml: devices; rules/*.yaml: rules; people.yaml; response.yaml; profiles",
    $defs: Object.fromEntries(definitions),
  };
}
