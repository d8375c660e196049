/**
 * `gatehouse clock <site>`: how far the house had come and what the machine's clock says; with `--accept`, that the machine is
 * right. Only while the gateway is stopped.
 */
import type { JournalEntry } from "#model/journal";
import { between, formatInstant } from "#model/time";
import { createClock } from "../clock.ts";
import { writeRows } from "../people/write-rows.ts";
import { ACCEPTED_NOTE, acceptedClock, acceptedNote, clockMark } from "../store/accepted-clock.ts";
import { openStore } from "../store/sqlite/open-store.ts";
import { type CommandLine, exit, parse, Refusal, say, WrongUsage } from "./command.ts";
import { dataOf, readSite } from "./read-site.ts";

/** As long as a sentence about it needs to be. */
const LONGEST = 500;

export async function clock(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { accept: { type: "boolean" }, reason: { type: "string" } });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0 || (values.reason !== undefined && !values.accept))
    throw new WrongUsage();
  const reason = typeof values.reason === "string" ? values.reason.trim() : "";
  const site = await readSite(line, folder);
  const machine = createClock();
  // Refused while the gateway runs: it holds the folder.
  await using store = await openStore({ folder: dataOf(line, site), clock: machine });
  const at = machine.now();
  const { notes, lastSeq } = await store.load(at);
  const mark = clockMark(notes);
  const isAhead = mark > at;
  const shown = mark === 0 ? "-" : formatInstant(mark);
  line.print(`${say(line.language, "网关最后记录的时间", "the gateway's last time")}: ${shown}`);
  line.print(`${say(line.language, "本机时间", "the machine's time")}: ${formatInstant(at)}`);
  if (!values.accept) {
    if (isAhead && acceptedClock(notes)) line.print(say(line.language, ...ACCEPTED));
    else if (isAhead) line.print(say(line.language, ...ADVICE));
    return exit.done;
  }
  if (!isAhead) {
    throw new Refusal(
      exit.failed,
      "本机时间不早于网关最后记录的时间，无需处理。",
      "The machine's time is not before the gateway's last time: there is nothing to accept.",
    );
  }
  if (reason === "" || reason.length > LONGEST) {
    throw new Refusal(
      exit.usage,
      `请用 --reason 写明为什么以本机时间为准（不超过 ${LONGEST} 字）。`,
      `Say with --reason why the machine's time is right, in at most ${LONGEST} characters.`,
    );
  }
  const entry: JournalEntry = {
    at,
    occurredAt: at,
    about: "site",
    event: "clock-accepted",
    actor: "command line",
    data: { mark: formatInstant(mark), accepted: formatInstant(at), by: between(mark, at), reason },
  };
  // The word is on record before it holds.
  await writeRows(store, { journal: [entry] }, lastSeq);
  await store.note(ACCEPTED_NOTE, acceptedNote({ mark, at }));
  line.print(say(line.language, ...ACCEPTED));
  return exit.done;
}

const ADVICE: [string, string] = [
  '网关曾在更晚的时间运行，时间会从那里继续，直到本机时间赶上。先核对本机时间；确认无误后加 --accept --reason "原因"。',
  'The gateway ran at a later time and goes on from there until the machine has caught up. Check the machine\'s time first; if it is right, add --accept --reason "why".',
];
const ACCEPTED: [string, string] = [
  "下次启动以本机时间为准，未关闭工单的时限和升级步骤一并回拨。请启动网关并核对工单。",
  "The next start takes the machine's time; deadlines and escalation steps of open tickets move back with it. Start the gateway and look through the tickets.",
];
