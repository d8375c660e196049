/**
 * Every story at several seeds and along its parameters, and a month in which nothing happens: what is missed, late, or false,
 * and how far from its deadline each rule was. `--write` puts the tables into simulators/README.md, `--days=3` shortens the month,
 * `--minutes=20` begins nothing new after that time: the tables say what was played. `--threads=1` leaves processors to others;
 * `--keep=FILE` writes each mark to a file as it comes and plays only what is not yet in it, so that a whole run may be done in pieces.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { allPlays, inRounds } from "./detection-plays.ts";
import { complaints, report } from "./detection-table.ts";
import type { Answer, Job } from "./detection-worker.ts";

const readme = fileURLToPath(new URL("../../simulators/README.md", import.meta.url));
const begins = "<!-- detection bench: written by `npm run bench detection -- --write` -->";
const ends = "<!-- end of detection bench -->";
const line = (text: string) => process.stdout.write(`${text}\n`);

interface Pace {
  readonly threads: number;
  /** No job is begun after so many minutes. */
  readonly minutes: number;
  readonly told: (answer: Answer) => void;
}

/** Plays the jobs in their order. */
async function playAll(jobs: readonly Job[], { threads, minutes, told }: Pace): Promise<Answer[]> {
  const stopsAt = performance.now() + minutes * 60_000;
  const answers: Answer[] = [];
  const waiting = [...jobs];
  const thread = () =>
    new Promise<void>((done, failed) => {
      const worker = new Worker(new URL("./detection-worker.ts", import.meta.url));
      const next = () => {
        const job = performance.now() < stopsAt ? waiting.shift() : undefined;
        if (job) worker.postMessage(job);
        else void worker.terminate().then(() => done());
      };
      worker.on("message", (answer: Answer) => {
        answers.push(answer);
        told(answer);
        for (const bad of complaints([answer])) line(`  ${bad}`);
        next();
      });
      worker.on("error", failed);
      next();
    });
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, thread));
  return answers;
}

const given = (flags: readonly string[], name: string): string | undefined =>
  flags.find((flag) => flag.startsWith(`${name}=`))?.slice(name.length + 1);

const nameOf = (job: Job | Answer): string =>
  job.kind === "quiet"
    ? `quiet ${job.days}`
    : `${job.play.scenario} ${job.play.seed} ${JSON.stringify(job.play.params)}`;

/** The marks that an earlier run left in the file. A line that was cut off while it was written is played again. */
function keptIn(file: string | undefined): Answer[] {
  if (file === undefined || !existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text): Answer[] => {
      try {
        return [JSON.parse(text) as Answer];
      } catch {
        return [];
      }
    });
}

/** `flags`: `--write`, `--days=N`, `--minutes=N`, `--only=part of a story's name`, `--threads=N`, `--keep=FILE`. */
export async function run(flags: readonly string[] = []): Promise<void> {
  const days = Number(given(flags, "--days") ?? 30);
  const only = given(flags, "--only") ?? "";
  const keep = given(flags, "--keep");
  const plays = allPlays().filter(({ scenario }) => scenario.includes(only));
  const jobs: readonly Job[] = [
    ...inRounds(plays).map((play) => ({ kind: "story", play }) as const),
    ...(days > 0 ? [{ kind: "quiet", days, seed: 1 } as const] : []),
  ];
  const wanted = new Map(jobs.map((job, index) => [nameOf(job), index]));
  const kept = new Map(keptIn(keep).map((answer) => [nameOf(answer), answer]));
  for (const bad of complaints([...kept.values()])) line(`  ${bad}`);
  const played = await playAll(
    jobs.filter((job) => !kept.has(nameOf(job))),
    {
      threads: Number(given(flags, "--threads") ?? availableParallelism()),
      minutes: Number(given(flags, "--minutes") ?? Number.POSITIVE_INFINITY),
      told(answer) {
        if (keep !== undefined) appendFileSync(keep, `${JSON.stringify(answer)}\n`);
      },
    },
  );
  const answers = [...kept.values(), ...played].filter((answer) => wanted.has(nameOf(answer)));
  const order = new Map(plays.map((play, index) => [nameOf({ kind: "story", play }), index]));
  const stories = answers
    .filter((one) => one.kind === "story")
    .sort((one, other) => (order.get(nameOf(one)) ?? 0) - (order.get(nameOf(other)) ?? 0));
  const text = report(
    stories,
    answers.filter((one) => one.kind === "quiet"),
    plays.length,
  );
  line(`\n${text}`);
  if (!flags.includes("--write")) return;
  const page = readFileSync(readme, "utf8");
  const from = page.indexOf(begins);
  const to = page.indexOf(ends);
  if (from < 0 || to < from) throw new Error(`${readme} has no place for the tables`);
  writeFileSync(readme, `${page.slice(0, from + begins.length)}\n\n${text}\n\n${page.slice(to)}`);
}
