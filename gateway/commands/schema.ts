/** `gatehouse schema [kind]`: the JSON Schema of the site files, for editors. */
import { siteFileKinds, siteSchema } from "../site/schema.ts";
import { type CommandLine, exit, parse, WrongUsage } from "./command.ts";

export async function schema(line: CommandLine, args: string[]): Promise<number> {
  const [kind] = parse(args, {}).positionals;
  const known = siteFileKinds.find((one) => one === kind);
  if (kind !== undefined && known === undefined) throw new WrongUsage();
  line.print(JSON.stringify(siteSchema(known), undefined, 2));
  return exit.done;
}
