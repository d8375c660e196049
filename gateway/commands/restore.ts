/** `gatehouse restore <file> <site>`: a backup becomes the site's `house.db`, after its journal was checked to the last row, and its history `history.db`, its queues `north/`. */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { createClock } from "../clock.ts";
import { checkHistoryCopy, HistoryCopyTrouble } from "../history/copy.ts";
import { checkQueueCopy, QueueCopyTrouble, queueNames } from "../northbound/copy-queue.ts";
import { openStore } from "../store/sqlite/open-store.ts";
import { StoreTrouble } from "../store/trouble.ts";
import { historyOf, northOf, queueOf } from "./backup.ts";
import { type CommandLine, exit, parse, Refusal, say, WrongUsage } from "./command.ts";
import { dataOf, readSite } from "./read-site.ts";

/** Overwrites nothing, and leaves the backup as it is: the check runs on a copy. */
export async function restore(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    "without-history": { type: "boolean" },
    "without-north": { type: "boolean" },
  });
  const [name, folder, ...more] = positionals;
  if (name === undefined || folder === undefined || more.length > 0) throw new WrongUsage();
  const file = resolve(name);
  const data = dataOf(line, await readSite(line, folder));
  const target = join(data, "house.db");
  const past = values["without-history"] !== true && existsSync(historyOf(file)) ? historyOf(file) : undefined;
  const pastTarget = join(data, "history.db");
  const queues = values["without-north"] === true ? [] : queueNames.filter((one) => existsSync(northOf(file, one)));
  const queueTargets = queues.map((queue) => queueOf(data, queue));
  for (const one of [target, ...(past === undefined ? [] : [pastTarget]), ...queueTargets]) {
    if (!existsSync(one)) continue;
    const base = basename(one);
    throw new Refusal(
      exit.failed,
      `${one} 已存在，不会覆盖。请停止网关，把旧的 ${base}（及 ${base}-wal）移走后再恢复。`,
      `${one} exists already and is not overwritten. Stop the gateway and move the old ${base} (and ${base}-wal) away first.`,
    );
  }
  refuseOther(file);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const beside = mkdtempSync(join(data, "restoring-"));
  try {
    copyFileSync(file, join(beside, "house.db"), constants.COPYFILE_EXCL);
    await using store = await openStore({ folder: beside, clock: createClock() });
    const verdict = await store.verify();
    if (!verdict.ok) {
      throw new Refusal(
        exit.failed,
        `${file} 的日志链在第 ${verdict.brokenAt} 行断裂，未恢复：${verdict.because}。请换用更早的备份。`,
        `The journal of ${file} is broken at row ${verdict.brokenAt}, so nothing was restored: ${verdict.because}. Use an older backup.`,
      );
    }
    if (past !== undefined) takeWhole(past, join(beside, "history.db"), checkHistoryCopy);
    for (const queue of queues) takeWhole(northOf(file, queue), join(beside, `${queue}.db`), checkQueueCopy);
    await store.backup(target);
    if (past !== undefined) linkSync(join(beside, "history.db"), pastTarget);
    if (queues.length > 0) mkdirSync(join(data, "north"), { recursive: true, mode: 0o700 });
    for (const queue of queues) linkSync(join(beside, `${queue}.db`), queueOf(data, queue));
    const { rows } = verdict;
    line.print(
      say(
        line.language,
        `已恢复到 ${target}：日志 ${rows} 行，逐行核对无误。`,
        `Restored to ${target}: ${rows} journal rows, each checked.`,
      ),
    );
    if (past !== undefined) {
      line.print(say(line.language, `历史已恢复到 ${pastTarget}。`, `The history is restored to ${pastTarget}.`));
    }
    if (queues.length > 0) {
      const names = queues.join(", ");
      const [zh, en] = [
        `备份时尚未发往 ${names} 的数据已恢复，启动后补发。`,
        `What waited for ${names} then is restored and is sent after the start.`,
      ];
      line.print(say(line.language, zh, en));
    }
    return exit.done;
  } catch (error) {
    if (error instanceof HistoryCopyTrouble || error instanceof QueueCopyTrouble)
      throw new Refusal(exit.failed, error.because.zh, error.because.en);
    if (!(error instanceof StoreTrouble)) throw error;
    throw new Refusal(
      exit.failed,
      `${file} 未恢复：文件不完整，或不是本版本可用的备份（${error.because.zh}）`,
      `${file} was not restored: it is torn, or no backup for this version (${error.because.en})`,
    );
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** Whole before anything stands in its place. */
function takeWhole(from: string, to: string, check: (copy: string) => void): void {
  copyFileSync(from, to, constants.COPYFILE_EXCL);
  chmodSync(to, 0o600);
  check(to);
}

const MAGIC = "SQLite format 3\0";

function refuseOther(file: string): void {
  const head = Buffer.alloc(MAGIC.length);
  try {
    const descriptor = openSync(file, "r");
    try {
      readSync(descriptor, head);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new Refusal(exit.failed, `不能读取 ${file}（${code}）。`, `${file} cannot be read (${code}).`);
  }
  if (head.toString("latin1") === MAGIC) return;
  throw new Refusal(exit.failed, `${file} 不是 Gatehouse 的备份文件。`, `${file} is no backup of Gatehouse.`);
}
