/**
 * `gatehouse backup <site> <file>`: consistent copies of `house.db`, of the queues to the north as `<file>.north-<target>`, and
 * of `history.db` as `<file>.history`, whether the gateway runs or not.
 */
import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { usualHistory } from "#model/site";
import type { Text } from "#model/text";
import { createClock } from "../clock.ts";
import { copyHistory, HistoryCopyTrouble } from "../history/copy.ts";
import { copyQueue, queueNames } from "../northbound/copy-queue.ts";
import { queuePath } from "../northbound/queue-file.ts";
import { openStore } from "../store/sqlite/open-store.ts";
import { askRunning } from "./ask-running.ts";
import { type CommandLine, exit, parse, Refusal, say, WrongUsage } from "./command.ts";
import { dataOf, readSite } from "./read-site.ts";

/** On purpose: a copy that gets into other hands then tells nothing of anybody. */
const LEFT_OUT = {
  zh: "备份不含联系人、照片和签名（sealed/）及其密钥（keys.json）。需要时请另行复制 sealed/，密钥与其分开保管。",
  en: "Not in it: names, numbers, photos and signatures (sealed/) and their keys (keys.json). Copy sealed/ by itself if you need it, and keep the keys elsewhere.",
};

/** Overwrites nothing. The file appears under its name only when it is whole. */
export async function backup(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    "without-history": { type: "boolean" },
    "without-north": { type: "boolean" },
  });
  const [folder, name, ...more] = positionals;
  if (folder === undefined || name === undefined || more.length > 0) throw new WrongUsage();
  const file = resolve(name);
  const site = await readSite(line, folder);
  const data = dataOf(line, site);
  if (!existsSync(join(data, "house.db"))) {
    throw new Refusal(
      exit.failed,
      `数据目录 ${data} 中没有 house.db，没有可备份的内容。请检查站点和 GATEHOUSE_DATA。`,
      `The data folder ${data} has no house.db, so there is nothing to back up. Check the site and GATEHOUSE_DATA.`,
    );
  }
  const past = values["without-history"] !== true && existsSync(join(data, "history.db")) ? historyOf(file) : undefined;
  const queues = values["without-north"] === true ? [] : queueNames.filter((one) => existsSync(queueOf(data, one)));
  for (const one of [file, past, ...queues.map((queue) => northOf(file, queue))])
    if (one !== undefined && existsSync(one)) throw exists(one);
  if (!existsSync(dirname(file))) {
    const parent = dirname(file);
    throw new Refusal(exit.failed, `没有文件夹 ${parent}，请先创建。`, `There is no folder ${parent}; make it first.`);
  }
  // Before the house: a queue may be behind the journal, never ahead of it.
  const missing: Text[] = [];
  for (const queue of queues) {
    try {
      const to = northOf(file, queue);
      const isCollected = await collect(data, `backup-north-${queue}`, to);
      if (!isCollected) await copyQueue(join(data, "north"), queue, to, (site.history ?? usualHistory).reserve);
    } catch (error) {
      missing.push(queueMissing(queue, error));
    }
  }
  const isRunning = await collect(data, "backup", file);
  if (!isRunning) {
    await using store = await openStore({ folder: data, clock: createClock() });
    await store.backup(file);
  }
  line.print(say(line.language, `已备份到 ${file}。`, `Backed up to ${file}.`));
  if (existsSync(join(data, "keys.json"))) line.print(say(line.language, LEFT_OUT.zh, LEFT_OUT.en));
  if (queues.length > missing.length) {
    const which = queues
      .map((queue) => northOf(file, queue))
      .filter(existsSync)
      .join(", ");
    line.print(
      say(line.language, `尚未发出的北向数据已备份到 ${which}。`, `What waits for the north is backed up to ${which}.`),
    );
  }
  if (past !== undefined) await takeHistory();
  const [first] = missing;
  if (first) throw new Refusal(exit.failed, first.zh, first.en);
  return exit.done;

  async function takeHistory(): Promise<void> {
    if (past === undefined) return;
    try {
      if (!isRunning) await copyHistory(data, past, (site.history ?? usualHistory).reserve);
      else await collect(data, "backup-history", past);
    } catch (error) {
      throw historyMissing(past, error);
    }
    line.print(say(line.language, `历史已备份到 ${past}。`, `The history is backed up to ${past}.`));
  }
}

/** The history beside the backup of the house: samples are many, and may be left behind. */
export const historyOf = (file: string): string => `${file}.history`;

/** What waits for a target beside the backup of the house. */
export const northOf = (file: string, target: string): string => `${file}.north-${target}`;
export const queueOf = (data: string, target: string): string => queuePath(join(data, "north"), target);

/** The gateway's own copy becomes the person's file. False when none runs. */
async function collect(data: string, order: string, file: string): Promise<boolean> {
  using asked = await askRunning(data, order);
  if (!asked) return false;
  const { reply } = asked;
  if ("because" in reply) throw new Refusal(exit.failed, reply.because.zh, reply.because.en);
  if (!("file" in reply)) throw new Error("the gateway answered another question");
  take(reply.file, file);
  return true;
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

/** What the house's part of the backup is worth without the history: all of it. */
function historyMissing(past: string, error: unknown): Refusal {
  const because =
    error instanceof HistoryCopyTrouble || error instanceof Refusal
      ? error.because
      : { zh: String((error as Error).message), en: String((error as Error).message) };
  return new Refusal(
    exit.failed,
    `告警、工单和日志已备份；历史 ${past} 没有：${because.zh}`,
    `Alarms, tickets and journal are backed up; the history ${past} is not: ${because.en}`,
  );
}

function queueMissing(queue: string, error: unknown): Text {
  const { because = { zh: String((error as Error).message), en: String((error as Error).message) } } = error as {
    because?: Text;
  };
  return {
    zh: `告警、工单和日志已备份；北向队列 ${queue} 没有：${because.zh}`,
    en: `Alarms, tickets and journal are backed up; the queue to ${queue} is not: ${because.en}`,
  };
}

const exists = (file: string): Refusal =>
  new Refusal(
    exit.failed,
    `备份文件 ${file} 已存在，不会覆盖。请换一个文件名，或先移走旧文件。`,
    `The backup file ${file} exists already and is not overwritten. Choose another name, or move the old file away.`,
  );
