/** `gatehouse token create <site>`: a token for scripts, made while the gateway is stopped and printed once. */
import { roles } from "#model/account";
import { createClock } from "../clock.ts";
import { makeToken } from "../people/make-token.ts";
import { openStore } from "../store/sqlite/open-store.ts";
import { type CommandLine, exit, parse, Refusal, texts, WrongUsage } from "./command.ts";
import { dataOf, readSite } from "./read-site.ts";

export async function token(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, texts("role", "name", "days"));
  const [verb, folder] = positionals;
  const role = roles.find((one) => one === values.role);
  const days = values.days === undefined ? undefined : Number(values.days);
  if (verb !== "create" || folder === undefined || !role || typeof values.name !== "string") {
    throw new WrongUsage(`R: ${roles.join(" ")}`);
  }
  if (days !== undefined && !(days >= 1 && days <= 365)) {
    throw new Refusal(exit.usage, "--days 为 1–365。", "--days is 1–365.");
  }
  const site = await readSite(line, folder);
  const clock = createClock();
  await using store = await openStore({ folder: dataOf(line, site), clock });
  const wish = { name: values.name, role, ...(days === undefined ? {} : { days }) };
  line.print(await makeToken(store, wish, clock.now()));
  return exit.done;
}
