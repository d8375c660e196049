/** The rule library and the device profiles as the site loader reads them, and single devices made from a profile. */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PointDefinition } from "#model/points";
import type { RuleDefinition } from "#model/rule";
import type { Device } from "#model/site";
import { seconds } from "#model/time";
import { drivers } from "../../../drivers/catalog.ts";
import { selfDevice } from "../../../gateway/self/self-device.ts";
import { usualCalendars } from "../../../gateway/site/calendars.ts";
import type { ProfileFile } from "../../../gateway/site/device-file.ts";
import { finishPoints, type WrittenPoint } from "../../../gateway/site/points.ts";
import { createProblemList, formatProblem } from "../../../gateway/site/problems.ts";
import { openProfiles } from "../../../gateway/site/profiles.ts";
import { openFolder } from "../../../gateway/site/read-folder.ts";
import { isRulePack, readRules } from "../../../gateway/site/rules.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
export const profileFolder = join(root, "drivers/profiles");
export const libraryFolder = join(root, "rules/library");

function complain(problems: ReturnType<typeof createProblemList>): void {
  const found = problems.list();
  if (found.length > 0) throw new Error(found.map((problem) => formatProblem(problem, "en")).join("\n"));
}

/** All rules of the library; throws with every problem when one of its files is wrong. */
export async function readLibrary(): Promise<readonly RuleDefinition[]> {
  const problems = createProblemList();
  const folder = openFolder(libraryFolder, "library", new Map(), problems);
  const names = (await folder.list("")).filter(isRulePack);
  const files = await Promise.all(names.map((name) => folder.read(name)));
  const { rules } = readRules(
    files.filter((file) => file !== undefined),
    [],
    problems,
  );
  complain(problems);
  // As on every site; stories begin at 16:00 in Shanghai.
  const calendars = usualCalendars("Asia/Shanghai");
  return rules.map((rule) => ({ ...rule, calendars }));
}

export async function profileNames(): Promise<readonly string[]> {
  const folder = openFolder(profileFolder, "profiles", new Map(), createProblemList());
  return (await folder.list("")).map((name) => basename(name, ".yaml"));
}

export interface Profiled extends Installed {
  readonly fields: ProfileFile;
}

export interface Installed {
  readonly device: Device;
  /** `device.points` are positions in here. */
  readonly points: readonly PointDefinition[];
  /** The profile as written; absent for the gateway itself. */
  readonly fields?: ProfileFile;
  /** Other devices in the same building, on all of which this one depends; their points follow in `points`. */
  readonly beside?: readonly Device[];
}

/** The device with others beside it, each under its own id: all stand in building A, and the device depends on them. */
export function installBeside(main: Installed, others: ReadonlyMap<string, Installed>): Installed {
  const points = [...main.points];
  const beside: Device[] = [];
  for (const [id, { device, points: own }] of others) {
    const first = points.length;
    points.push(...own.map((point) => ({ ...point, id: `${id}.${point.key}`, device: id })));
    beside.push({ ...device, id, place: { building: "A" }, points: own.map((_, handle) => first + handle) });
  }
  return {
    ...main,
    device: { ...main.device, place: { building: "A" }, dependsOn: [...others.keys()] },
    points,
    beside,
  };
}

/** The gateway itself, as every site has it, with a certificate. */
export function installSelf(params: Readonly<Record<string, number | boolean>> = {}): Installed {
  const self = selfDevice("d", 0, true, true);
  return { ...self, device: { ...self.device, params } };
}

/** One device of a profile, with its facts, and without the points named in `lacking`. */
export async function install(
  profile: string,
  params: Readonly<Record<string, number | boolean>> = {},
  lacking: readonly string[] = [],
): Promise<Profiled> {
  const problems = createProblemList();
  const profiles = await openProfiles(openFolder(profileFolder, "profiles", new Map(), problems), problems);
  const found = await profiles.find(profile, { file: "test", line: 1, column: 1 });
  if (!found) throw new Error(`no profile ${profile}`);
  const written = [...found.points.values()].filter(({ key }) => !lacking.includes(key));
  const id = "d";
  // A protocol whose driver is not in the catalogue yet has no parser: its addresses stay unread until it is.
  const driver = drivers.get(found.fields.protocol === "modbus" ? "modbus-tcp" : (found.fields.protocol ?? ""));
  const every = found.fields.every ?? seconds(1);
  const { kind } = found.fields;
  const points = finishPoints(written, { device: id, kind, every, driver, vars: wordsFor(written) }, problems);
  complain(problems);
  const device: Device = {
    id,
    name: found.fields.name,
    kind: found.fields.kind,
    profile,
    place: {},
    link: "test",
    unit: 1,
    params,
    dependsOn: [],
    points: points.map((_, handle) => handle),
    maxRegisters: found.fields.maxRegisters ?? 125,
  };
  return { device, points, fields: found.fields };
}

/** Stands in for what a device tells under `vars:`: "1" fits numbers, topics and node names alike. */
function wordsFor(points: readonly WrittenPoint[]): Record<string, string> {
  const names = points.flatMap(({ fields }) => [...fields.at.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? ""));
  return Object.fromEntries(names.map((name) => [name, "1"]));
}

/** What a gateway that fills its answer with FFFF delivers for this point. */
export function filledWithOnes({ atText }: PointDefinition): number {
  if (/:u8/.test(atText)) return 255;
  if (/:i16/.test(atText)) return -1;
  if (/:u32/.test(atText)) return 4_294_967_295;
  return /\.\d+$/.test(atText) ? 1 : 65_535;
}

/** The same device with one more point that its profile does not have. */
export function withPoint({ device, points, fields }: Installed, key: string, type: "bool" | "number"): Installed {
  const [first] = points;
  if (!first) throw new Error("the device has no points");
  const { range: _, ...like } = first;
  const added: PointDefinition = {
    ...like,
    id: `${device.id}.${key}`,
    key,
    type,
    scale: 1,
    offset: 0,
    notAvailable: [],
  };
  return {
    device: { ...device, points: [...device.points, points.length] },
    points: [...points, added],
    ...(fields && { fields }),
  };
}
