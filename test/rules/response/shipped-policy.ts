/** The policy as it is shipped, with the targets of a town or of the country. */
import { readFile } from "node:fs/promises";
import type { Policy } from "#model/policy";
import { readPolicy } from "../../../gateway/site/policy.ts";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";

export async function shippedPolicy(zone: "urban" | "other" = "urban"): Promise<Policy> {
  const problems = createProblemList();
  const path = new URL("../../../rules/response/policy.yaml", import.meta.url);
  const policy = readPolicy(readYaml("policy.yaml", await readFile(path), problems), zone, problems);
  if (!policy) throw new Error(JSON.stringify(problems.list()));
  return policy;
}
