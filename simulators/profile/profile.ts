/** A device profile as a data file: its points with type, unit and place, as far as somebody who plays the device must know them. */
import { parseDocument } from "yaml";
import * as z from "zod";
import type { Plant } from "../plant/plant.ts";
import type { Text } from "../text.ts";

const Words = z.object({ zh: z.string(), en: z.string() });
const Point = z.object({
  id: z.string().regex(/^[a-z0-9_]{1,64}$/),
  name: Words,
  type: z.enum(["bool", "number", "enum", "text"]),
  unit: z.string().optional(),
  at: z.string().min(1).max(500),
  scale: z
    .number()
    .refine((scale) => scale !== 0, "must not be 0")
    .default(1),
  offset: z.number().default(0),
  range: z.tuple([z.number(), z.number()]).optional(),
  values: z.record(z.string(), Words).optional(),
  words: z.record(z.string(), z.number()).optional(),
});
export type ProfilePoint = z.output<typeof Point>;

const kinds = ["elevator", "water", "fire", "access", "power", "gas", "ups", "generator"] as const;
const Profile = z.object({
  id: z.string().min(1).max(100),
  name: Words,
  kind: z.enum(kinds),
  protocol: z.enum(["modbus", "opcua", "mqtt"]),
  maxRegisters: z.int().min(1).max(125).optional(),
  points: z.array(Point).min(1).max(5_000),
});
export type Profile = z.output<typeof Profile>;

/** Which plant moves the points of a kind. */
export const plantOf: Readonly<Record<Profile["kind"], Exclude<Plant["kind"], "replay">>> = {
  elevator: "elevator",
  water: "booster",
  fire: "fire-panel",
  access: "access",
  power: "utility",
  gas: "gas",
  ups: "ups",
  generator: "generator",
};

/** What is wrong with a profile, and where: `points[3].at`. */
export interface ProfileProblem {
  readonly path: string;
  readonly what: Text;
}

/** Larger than the largest list of points that anybody wires. */
const largestFile = 2 * 1024 * 1024;

/** Parses the text of a profile; keys that only the gateway needs are left aside. */
export function parseProfile(
  text: string,
): { readonly profile: Profile } | { readonly problems: readonly ProfileProblem[] } {
  const bad = (zh: string, en: string, path = "") => ({ problems: [{ path, what: { zh, en } }] });
  if (text.length > largestFile) return bad("文件超过 2 MiB", "The file is larger than 2 MiB");
  const document = parseDocument(text);
  const [first] = document.errors;
  if (first) {
    const line = first.linePos ? `line ${first.linePos[0].line}` : "";
    const said = first.message.split("\n")[0] ?? first.message;
    return bad(`不是有效的 YAML：${said}`, `This is no valid YAML: ${said}`, line);
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    return bad(`YAML 别名有误：${cause}`, `The aliases of this YAML cannot be resolved: ${cause}`);
  }
  const read = Profile.safeParse(data);
  if (!read.success) {
    const chinese = Profile.safeParse(data, { error: z.locales.zhCN().localeError });
    return {
      problems: read.error.issues.map(({ path, message }, index) => ({
        path: path
          .map((part, at) => (typeof part === "number" ? `[${part}]` : `${at > 0 ? "." : ""}${String(part)}`))
          .join(""),
        what: { zh: chinese.error?.issues[index]?.message ?? message, en: message },
      })),
    };
  }
  return { profile: read.data };
}

/** The words in braces that a device tells: `{door}`, `{topic}`. */
export function wordsOf(profile: Profile): readonly string[] {
  return [
    ...new Set(profile.points.flatMap(({ at }) => [...at.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? ""))),
  ];
}

/** The profile with `vars` in the place of its words; words that nobody tells stay. */
export function withWords(profile: Profile, vars: Readonly<Record<string, string>>): Profile {
  const told = (at: string) =>
    at.replace(/\{(\w+)\}/g, (whole, word: string) => (Object.hasOwn(vars, word) ? (vars[word] ?? whole) : whole));
  return { ...profile, points: profile.points.map((point) => ({ ...point, at: told(point.at) })) };
}
