/** The policy as it is shipped, with the targets of a town or of the country. */
import { readFile } from "node:fs/promises";
import type { Policy } from "#model/policy";
import { part, whole } from "../../../gateway/site/parse-part.ts";
import { readPolicy } from "../../../gateway/site/policy.ts";
import { layProfiles } from "../../../gateway/site/policy-profiles.ts";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";

export async function shippedPolicy(zone: "urban" | "other" = "urban"): Promise<Policy> {
  const problems = createProblemList();
  const path = new URL("../../../rules/response/policy.yaml", import.meta.url);
  const policy = readPolicy(readYaml("policy.yaml", await readFile(path), problems), zone, problems);
  if (!policy) throw new Error(JSON.stringify(problems.list()));
  return policy;
}

/** The same with these profiles laid over it, and a version of its own. */
export async function policyUnder(...names: string[]): Promise<Policy> {
  const problems = createProblemList();
  const file = readYaml("response.yaml", new TextEncoder().encode(`profiles: [${names.join(", ")}]\n`), problems);
  const policy = layProfiles(await shippedPolicy(), part(whole(file), "profiles"), problems);
  if (problems.list().length > 0) throw new Error(JSON.stringify(problems.list()));
  return { ...policy, version: `${policy.version}+${names.join("+")}` };
}
