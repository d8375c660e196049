/** Writes small site folders for the tests of the loader, and tells their problems in one line each. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Problem } from "#model/problem";
import type { Site } from "#model/site";
import { drivers } from "../../../drivers/catalog.ts";
import { loadSite, type SiteInput } from "../../../gateway/site/load-site.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const fixtures = at("./fixtures");
const checkout = at("../../..");

/** The profiles, rules and policy that the product ships. */
export const shipped = {
  profiles: join(checkout, "drivers/profiles"),
  library: join(checkout, "rules/library"),
  policy: join(checkout, "rules/response/policy.yaml"),
  demo: join(checkout, "simulators/demo-site"),
};

export type Files = Readonly<Record<string, string | undefined>>;

/** A site without any problem: one lift, two people. */
export const goodSite = {
  "site.yaml": `id: park
name: { zh: 园区, en: Park }
`,
  "devices/lifts.yaml": `id: lift-1
name: { zh: 一号梯, en: Lift 1 }
profile: small-lift
link: { modbus-tcp: { host: 10.0.0.1 } }
`,
  "people.yaml": `people:
  - { id: li, name: 李娜, phone: "00010000001" }
  - { id: wu, name: 吴敏 }
teams:
  - { id: desk, name: { zh: 值班, en: Desk }, roles: [operator, technician], people: [li, wu] }
fallback: li
`,
};

export interface WrittenSite extends AsyncDisposable {
  readonly folder: string;
  load(input?: Partial<SiteInput>): ReturnType<typeof loadSite>;
}

/** The good site with files changed, added, or (by `undefined`) left out. */
export async function writeSite(files: Files = {}): Promise<WrittenSite> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-site-"));
  for (const [name, text] of Object.entries({ ...goodSite, ...files })) {
    if (text === undefined) continue;
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return {
    folder,
    load: (input = {}) =>
      loadSite({
        folder,
        drivers,
        environment: {},
        profiles: join(fixtures, "profiles"),
        library: join(fixtures, "rules/library"),
        policy: join(fixtures, "policy.yaml"),
        ...input,
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `file:line:column what`, with the folders left out; warnings say so. */
export function tell(problem: Problem, folder: string): string {
  const file = problem.file.replace(`${folder}/`, "").replace(`${fixtures}/`, "");
  const what = problem.what.en.replaceAll(`${folder}/`, "").replaceAll(`${fixtures}/`, "");
  return `${file}:${problem.line}:${problem.column} ${problem.level === "warning" ? "warning: " : ""}${what}`;
}

/** Every problem and warning of the good site with these changes. */
export async function problemsOf(files: Files, input: Partial<SiteInput> = {}): Promise<readonly string[]> {
  await using site = await writeSite(files);
  const result = await site.load(input);
  const found = "problems" in result ? result.problems : result.site.warnings;
  return found.map((problem) => tell(problem, site.folder));
}

/** The site; throws with its problems when it has any. */
export async function siteOf(files: Files = {}, input: Partial<SiteInput> = {}): Promise<Site> {
  await using site = await writeSite(files);
  const result = await site.load(input);
  if ("site" in result) return result.site;
  throw new Error(result.problems.map((problem) => tell(problem, site.folder)).join("\n"));
}
