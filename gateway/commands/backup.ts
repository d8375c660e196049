/** `gatehouse backup <site> <file>`: one consistent copy of `house.db`, whether the gateway runs or not. */
import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createClock } from "../clock.ts";
import { type Asked, askGateway } from "../net/control-socket.ts";
import { openStore } from "../store/sqlite/open-store.ts";
import { type CommandLine, exit, parse, Refusal, say, WrongUsage } from "./command.ts";
import { dataOf, readSite } from "./read-site.ts";

/** Overwrites nothing. The file appears under its name only when it is whole. */
export async function backup(line: CommandLine, args: string[]): Promise<number> {
  const [folder, name, ...more] = parse(args, {}).positionals;
  if (folder === undefined || name === undefined || more.length > 0) throw new WrongUsage();
  const file = resolve(name);
  const data = dataOf(line, await readSite(line, folder));
  if (!existsSync(join(data, "house.db"))) {
    throw new Refusal(
      exit.failed,
      `数据目录 ${data} 中没有 house.db，没有可备份的内容。请检查站点和 GATEHOUSE_DATA。`,
      `The data folder ${data} has no house.db, so there is nothing to back up. Check the site and GATEHOUSE_DATA.`,
    );
  }
  if (existsSync(file)) throw exists(file);
  if (!existsSync(dirname(file))) {
    const parent = dirname(file);
    throw new Refusal(exit.failed, `没有文件夹 ${parent}，请先创建。`, `There is no folder ${parent}; make it first.`);
  }
  using asked = await ask(data);
  if (asked) {
    const { reply } = asked;
    if ("because" in reply) throw new Refusal(exit.failed, reply.because.zh, reply.because.en);
    take(reply.file, file);
  } else {
    await using store = await openStore({ folder: data, clock: createClock() });
    await store.backup(file);
  }
  line.print(say(line.language, `已备份到 ${file}。`, `Backed up to ${file}.`));
  return exit.done;
}

async function ask(data: string): Promise<Asked | undefined> {
  try {
    return await askGateway(data, "backup");
  } catch (error) {
    const { message } = error as Error;
    throw new Refusal(
      exit.failed,
      `网关正在运行，但没有交出备份（${message}）。请用运行网关的系统账号执行，并查看网关日志。`,
      `The gateway runs but did not hand over a backup (${message}). Use the system account that runs it, and see its log.`,
    );
  }
}

/** The gateway's copy becomes the person's file, with the person's rights. */
function take(copy: string, file: string): void {
  const partial = `${file}.partial`;
  try {
    rmSync(partial, { force: true });
    copyFileSync(copy, partial);
    const descriptor = openSync(partial, "r+");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    // link, unlike rename, never replaces a file that came into being meanwhile.
    linkSync(partial, file);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw exists(file);
    throw new Refusal(exit.failed, `不能写入 ${file}（${code}）。`, `${file} cannot be written (${code}).`);
  } finally {
    rmSync(partial, { force: true });
  }
}

const exists = (file: string): Refusal =>
  new Refusal(
    exit.failed,
    `备份文件 ${file} 已存在，不会覆盖。请换一个文件名，或先移走旧文件。`,
    `The backup file ${file} exists already and is not overwritten. Choose another name, or move the old file away.`,
  );
