/** `gatehouse keys rotate <site>`: a new key for names, numbers and photos, whether the gateway runs or not. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createClock } from "../clock.ts";
import { openKeyring } from "../people/keyring.ts";
import { keysRotated, rotateKeys, rotationInWords } from "../people/rotate-keys.ts";
import { openVault } from "../people/vault.ts";
import { writeRows } from "../people/write-rows.ts";
import { openStore } from "../store/sqlite/open-store.ts";
import { askRunning } from "./ask-running.ts";
import { type CommandLine, exit, parse, Refusal, say, WrongUsage } from "./command.ts";
import { dataOf, readSite } from "./read-site.ts";

export async function keys(line: CommandLine, args: string[]): Promise<number> {
  const [verb, folder, ...more] = parse(args, {}).positionals;
  if (verb !== "rotate" || folder === undefined || more.length > 0) throw new WrongUsage();
  const data = dataOf(line, await readSite(line, folder));
  if (!existsSync(join(data, "keys.json"))) {
    throw new Refusal(
      exit.failed,
      `数据目录 ${data} 中没有 keys.json，没有可更换的密钥。请检查站点和 GATEHOUSE_DATA。`,
      `The data folder ${data} has no keys.json, so there is no key to rotate. Check the site and GATEHOUSE_DATA.`,
    );
  }
  using asked = await askRunning(data, "rotate-keys");
  if (asked) {
    const { reply } = asked;
    if ("because" in reply) throw new Refusal(exit.failed, reply.because.zh, reply.because.en);
    if (!("said" in reply)) throw new Error("the gateway answered another question");
    line.print(say(line.language, reply.said.zh, reply.said.en));
    return exit.done;
  }
  const clock = createClock();
  // Nobody else has the folder while this holds house.db.
  await using store = await openStore({ folder: data, clock });
  const { lastSeq } = await store.load(clock.now());
  let ring = openKeyring(data);
  const done = await rotateKeys(
    data,
    openVault(data, () => ring),
    (next) => {
      ring = next;
    },
  );
  await writeRows(store, { journal: [keysRotated(done, "command line", clock.now())] }, lastSeq);
  const said = rotationInWords(done);
  if (done.unreadable.length > 0) throw new Refusal(exit.failed, said.zh, said.en);
  line.print(say(line.language, said.zh, said.en));
  return exit.done;
}
