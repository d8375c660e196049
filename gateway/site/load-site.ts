/** A site folder becomes a `Site`, or the list of everything that is wrong with it. */
import { createHash } from "node:crypto";
import { dirname, isAbsolute, join } from "node:path";
import type { Calendar } from "#model/calendar";
import type { Policy } from "#model/policy";
import type { Problem } from "#model/problem";
import type { RuleDefinition } from "#model/rule";
import { type HistorySettings, type Site, usualHistory } from "#model/site";
import type { Instant } from "#model/time";
import { checkRules, checkSyntax } from "../../rules/language/check.ts";
import { nearest } from "../../rules/language/nearest.ts";
import { isLibraryFile } from "../../rules/language/scope.ts";
import { misfits } from "../../rules/language/selection.ts";
import { checkEmbedded } from "./broker-file.ts";
import { calendarsOf } from "./calendars.ts";
import { readDevices, type SiteDevices } from "./devices.ts";
import { judgeLinks } from "./judge-links.ts";
import { createLinks, type Drivers } from "./links.ts";
import { finishNorth } from "./north-file.ts";
import { readNotices } from "./notices.ts";
import { type Part, part, placeOf, whole } from "./parse-part.ts";
import { type FoundPeople, readPeople } from "./people-file.ts";
import { readPolicy, rolesTold } from "./policy.ts";
import { createProblemList, type ProblemList, suggestion } from "./problems.ts";
import { openProfiles } from "./profiles.ts";
import { isFile, isFolder, openFolder, type Seen, warnOfUnreadFiles } from "./read-folder.ts";
import { type Environment, resolveReferences } from "./references.ts";
import { overridePolicy } from "./response-file.ts";
import { isRulePack, readRules, type SiteRules } from "./rules.ts";
import { warnOfClearSecrets } from "./secrets.ts";
import { parseSiteFile } from "./site-file.ts";
import { warnOfMissingYears } from "./workday-years.ts";
import type { YamlFile } from "./yaml-file.ts";

export { describeApplicability } from "./applicability.ts";
export { formatProblem } from "./problems.ts";

export interface SiteInput {
  /** The site folder. Problems name files by this path as given. */
  readonly folder: string;
  readonly drivers: Drivers;
  readonly environment: Environment;
  /** Folder of device profiles. */
  readonly profiles: string;
  /** Folder of rule packs. */
  readonly library: string;
  /** The default response policy, a file. */
  readonly policy: string;
  /** For what depends on the date, such as a calendar that lacks this year; not judged when it is not told. */
  readonly today?: Instant;
}

/**
 * Reads all files of the site, its profiles, the rule library and the policy. Gives the site when there is no error
 * (warnings stand in `site.warnings`), otherwise every problem of every file, sorted by file and line.
 */
export async function loadSite(input: SiteInput): Promise<{ site: Site } | { problems: Problem[] }> {
  const problems = createProblemList();
  if (!(await isFolder(input.folder))) {
    problems.error(
      { file: input.folder, line: 1, column: 1 },
      { zh: "没有这个站点文件夹", en: "there is no such site folder" },
      {
        zh: "检查路径；可复制 simulators/demo-site 作为起点。",
        en: "Check the path; simulators/demo-site is a good start to copy.",
      },
    );
    return { problems: [...problems.list()] };
  }
  const site = await assemble(input, problems);
  const found = problems.list();
  if (!site || found.some((problem) => problem.level === "error")) return { problems: [...found] };
  return { site: { ...site, warnings: found } };
}

async function assemble(input: SiteInput, problems: ProblemList): Promise<Omit<Site, "warnings"> | undefined> {
  const seen: Seen = new Map();
  const folder = openFolder(input.folder, "site", seen, problems);
  const own = async (name: string): Promise<YamlFile | undefined> => {
    const file = await folder.read(name);
    if (!file || file.value === undefined) return file;
    const resolved = await resolveReferences(file, input.environment, input.folder, problems);
    warnOfClearSecrets(resolved, problems);
    return resolved;
  };

  const siteFile = (await own("site.yaml")) ?? lacking(input.folder, "site.yaml", problems);
  const settings = siteFile?.value === undefined ? undefined : parseSiteFile(siteFile, problems);
  const rescueZone = settings?.settings.rescueZone ?? "urban";

  const shelf = openFolder(input.library, "library", seen, problems);
  const library = await readEach((await shelf.list("")).filter(isRulePack), shelf.read);
  const calendars = calendarsOf(settings?.settings.calendars ?? {}, settings?.settings.zone ?? "UTC");
  const rules = withCalendars(readRules(library, await readEach(await folder.list("rules"), own), problems), calendars);

  const links = createLinks(settings?.links ?? new Map(), input.drivers, problems);
  const profiles = await openProfiles(openFolder(input.profiles, "profiles", seen, problems), problems);
  const deviceFiles = await readEach(await folder.list("devices"), own);
  const found = await readDevices(deviceFiles, { links, profiles, rules: rules.all }, problems);
  if (deviceFiles.length === 0) {
    problems.warning(
      { file: join(input.folder, "devices"), line: 1, column: 1 },
      { zh: "站点没有设备", en: "the site has no devices" },
      { zh: "在 devices/*.yaml 里添加设备。", en: "Add devices in devices/*.yaml." },
    );
  }

  const policy = await readPolicyOf(input, own, rescueZone, seen, problems);
  const peopleFile = (await own("people.yaml")) ?? lacking(input.folder, "people.yaml", problems);
  const people =
    peopleFile?.value === undefined ? undefined : readPeople(peopleFile, settings?.settings.zone ?? "UTC", problems);
  if (policy && people?.complete) checkRolesAreHeld(policy, people, problems);
  if (policy) checkTicketClasses(policy, rules, problems);
  checkExpressions(rules, found, problems);
  checkSelections(rules, found, problems);

  const siteLinks = settings && found.complete ? links.all() : [];
  if (found.complete) judgeLinks(links.placed(), found.devices, found.points, problems);
  const simulator = settings?.settings.simulator;
  const root = siteFile ? whole(siteFile) : undefined;
  if (root) checkEmbedded(root, siteLinks, problems);
  if (simulator && root) await checkFleet(input.folder, simulator.fleet, root, problems);
  await warnOfUnreadFiles(input.folder, simulator ? [simulator.fleet] : [], problems);

  const northern =
    settings?.settings.north && root
      ? finishNorth(part(root, "north"), settings.settings.north, input.drivers, found, problems)
      : undefined;

  if (!settings || !policy || !people) return undefined;
  if (input.today !== undefined) {
    warnOfMissingYears(policy, input.today, settings.settings.zone, join(input.folder, "response.yaml"), problems);
  }
  const { id, name, zone, simulated, listen, store, history, flood, publicUrl } = settings.settings;
  return {
    id,
    name,
    zone,
    rescueZone,
    simulated,
    listen: listen ?? { host: "127.0.0.1", port: 8080 },
    ...(publicUrl === undefined ? {} : { publicUrl }),
    folder: input.folder,
    revision: revisionOf(seen),
    links: siteLinks,
    spareLinks: links.spare(),
    devices: found.devices,
    points: found.points,
    rules: rules.rules,
    policy: policy.workdays ? { ...policy, workdays: { ...policy.workdays, zone } } : policy,
    people: people.people,
    channels: settings.channels,
    ...(settings.residents ? { residents: settings.residents } : {}),
    ...(simulator ? { simulator: { fleet: within(input.folder, simulator.fleet), control: simulator.control } } : {}),
    ...(flood ? { flood } : {}),
    ...(history ? { history: { ...usualHistory, ...withoutUndefined(history) } } : {}),
    ...(store ? { store: { folder: within(input.folder, store.folder) } } : {}),
    ...(settings.broker ? { broker: settings.broker } : {}),
    ...(northern ? { north: northern } : {}),
  };
}

/** Every rule knows the site's calendars by name. */
function withCalendars(found: SiteRules, calendars: Readonly<Record<string, Calendar>>): SiteRules {
  const known = new Map(found.all.map((rule) => [rule.id, { ...rule, calendars }]));
  const same = (rule: RuleDefinition): RuleDefinition => known.get(rule.id) ?? rule;
  return { ...found, rules: found.rules.map(same), all: found.all.map(same) };
}

const withoutUndefined = (told: { readonly [K in keyof HistorySettings]?: number | undefined }) =>
  Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as Partial<HistorySettings>;

const within = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

async function readEach(
  names: readonly string[],
  read: (name: string) => Promise<YamlFile | undefined>,
): Promise<readonly YamlFile[]> {
  const files: YamlFile[] = [];
  for (const name of names) {
    const file = await read(name);
    if (file) files.push(file);
  }
  return files;
}

function lacking(folder: string, name: string, problems: ProblemList): undefined {
  problems.error(
    { file: join(folder, name), line: 1, column: 1 },
    { zh: `缺少 ${name}`, en: `${name} is missing` },
    { zh: `新建它；可参照 simulators/demo-site/${name}。`, en: `Write it; simulators/demo-site/${name} shows how.` },
  );
}

async function readPolicyOf(
  input: SiteInput,
  own: (name: string) => Promise<YamlFile | undefined>,
  rescueZone: "urban" | "other",
  seen: Seen,
  problems: ProblemList,
): Promise<Policy | undefined> {
  const file = await openFolder("", "policy", seen, problems).read(input.policy);
  if (!file) {
    problems.error(
      { file: input.policy, line: 1, column: 1 },
      { zh: "没有默认响应策略", en: "the default response policy is missing" },
      { zh: "重新安装 Gatehouse。", en: "Install Gatehouse again." },
    );
    return undefined;
  }
  const plain = file.value === undefined ? undefined : readPolicy(file, rescueZone, problems);
  const templates = await openFolder(dirname(input.policy), "notices", seen, problems).read("notices.yaml");
  const notices = templates?.value === undefined ? undefined : readNotices(templates, problems);
  const policy = plain && notices ? { ...plain, notices } : plain;
  const response = await own("response.yaml");
  if (!policy || response?.value === undefined) return policy;
  const bytes = seen.get("site/response.yaml") ?? new Uint8Array();
  return overridePolicy(policy, response, rescueZone, sha256(bytes).slice(0, 8), problems);
}

/** A role that a step tells but no team holds would mean that nobody is told. */
function checkRolesAreHeld(policy: Policy, { people, at }: FoundPeople, problems: ProblemList): void {
  const known = Object.keys(policy.roles);
  const held = new Set(people.teams.flatMap((team) => team.roles));
  for (const role of rolesTold(policy)) {
    if (held.has(role)) continue;
    const name = policy.roles[role] ?? { zh: role, en: role };
    problems.error(
      placeOf(at, "teams"),
      {
        zh: `没有班组担任角色 ${role}（${name.zh}），升级时会无人被通知`,
        en: `no team holds the role ${role} (${name.en}), so nobody would be told`,
      },
      { zh: `在某个班组的 roles 里加上 ${role}。`, en: `Add ${role} to the roles of a team.` },
    );
  }
  const teams = Array.isArray(at.file.value) ? [] : ((at.file.value as { teams?: unknown }).teams ?? []);
  for (const [index, team] of (Array.isArray(teams) ? teams : []).entries()) {
    const roles: unknown = (team as { roles?: unknown } | null)?.roles;
    for (const [position, role] of (Array.isArray(roles) ? roles : []).entries()) {
      if (typeof role !== "string" || known.includes(role)) continue;
      problems.error(
        placeOf(at, "teams", index, "roles", position),
        { zh: `响应策略里没有角色 ${role}`, en: `the response policy has no role ${role}` },
        suggestion(nearest(role, known), known, 30),
      );
    }
  }
}

/** A rule may only open tickets of classes that have clocks. */
function checkTicketClasses(policy: Policy, rules: SiteRules, problems: ProblemList): void {
  const known = Object.keys(policy.classes);
  for (const rule of rules.rules) {
    if (rule.ticket === undefined || policy.classes[rule.ticket]) continue;
    const at = rules.at.get(rule.id);
    if (!at) continue;
    problems.error(
      placeOf(at, "ticket"),
      { zh: `响应策略里没有工单类 ${rule.ticket}`, en: `the response policy has no ticket class ${rule.ticket}` },
      suggestion(nearest(rule.ticket, known), known),
    );
  }
}

/**
 * Checks the expressions of the rules against the devices. While a device or a point could not be understood, nobody can
 * say which names exist, so these findings wait for the next look.
 */
function checkExpressions(rules: SiteRules, found: SiteDevices, problems: ProblemList): void {
  const judged = rules.rules.filter((rule) => !rules.flawed.has(rule.id));
  if (!found.complete) {
    problems.add(checkSyntax(judged));
    return;
  }
  problems.add(checkRules(judged, found.devices, found.points).problems);
}

/** A rule of the site whose `each` selects nothing watches nothing: hardly what was meant. */
function checkSelections(rules: SiteRules, found: SiteDevices, problems: ProblemList): void {
  if (!found.complete) return;
  for (const { id, each, kind, file } of rules.rules) {
    const at = rules.at.get(id);
    if (!each || !at || isLibraryFile(file)) continue;
    const ids = found.devices.map((device) => device.id);
    const missing = each.device?.find((device) => !ids.includes(device));
    if (missing !== undefined) {
      problems.error(
        placeOf(at, "each", "device"),
        { zh: `没有设备 ${missing}`, en: `there is no device ${missing}` },
        suggestion(nearest(missing, ids), ids),
      );
    } else if (!found.devices.some((device) => device.kind === kind && misfits(each, device).length === 0)) {
      problems.warning(
        placeOf(at, "each"),
        { zh: `规则 ${id} 的 each 没有选中任何 ${kind} 设备`, en: `each of the rule ${id} selects no ${kind} device` },
        { zh: "核对标签、楼宇、楼层和房间的写法。", en: "Check how the tag, building, floor and room are written." },
      );
    }
  }
}

async function checkFleet(folder: string, fleet: string, root: Part, problems: ProblemList): Promise<void> {
  if (await isFile(within(folder, fleet))) return;
  problems.error(
    placeOf(root, "simulator", "fleet"),
    { zh: `没有文件 ${fleet}`, en: `there is no file ${fleet}` },
    { zh: "路径相对于站点文件夹。", en: "The path is relative to the site folder." },
  );
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Changes with any byte of any file that was read, and with nothing else. */
function revisionOf(seen: Seen): string {
  const lines = [...seen].map(([name, bytes]) => `${name.startsWith("policy/") ? "policy" : name} ${sha256(bytes)}`);
  return sha256(new TextEncoder().encode(lines.sort().join("\n"))).slice(0, 12);
}
