/**
 * Every story at several seeds and along its parameters, and a month in which nothing happens: what is missed, late, or false,
 * and how far from its deadline each rule was. `--write` puts the tables into simulators/README.md, `--days=3` shortens the month,
 * `--minutes=20` begins nothing new after that time: the tables say what was played.
 */
import { readFileSync, writeFileSync } from "node:fs";
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

/** Plays the jobs in their order on as many threads as there are processors; none is begun after so many minutes. */
async function playAll(jobs: readonly Job[], minutes: number): Promise<Answer[]> {
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
        for (const bad of complaints([answer])) line(`  ${bad}`);
        next();
      });
      worker.on("error", failed);
      next();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, thread));
  return answers;
}

const given = (flags: readonly string[], name: string): string | undefined =>
  flags.find((flag) => flag.startsWith(`${name}=`))?.slice(name.length + 1);

/** `flags`: `--write`, `--days=N`, `--minutes=N`, `--only=part of a story's name`. */
export async function run(flags: readonly string[] = []): Promise<void> {
  const days = Number(given(flags, "--days") ?? 30);
  const only = given(flags, "--only") ?? "";
  const plays = allPlays().filter(({ scenario }) => scenario.includes(only));
  const started = process.cpuUsage();
  const jobs: readonly Job[] = [
    ...(days > 0 ? [{ kind: "quiet", days, seed: 1 } as const] : []),
    ...inRounds(plays).map((play) => ({ kind: "story", play }) as const),
  ];
  const answers = await playAll(jobs, Number(given(flags, "--minutes") ?? Number.POSITIVE_INFINITY));
  const { user, system } = process.cpuUsage(started);
  const order = new Map(plays.map((play, index) => [`${play.scenario} ${play.seed}`, index]));
  const stories = answers
    .filter((one) => one.kind === "story")
    .sort((one, other) => {
      const place = ({ play }: typeof one) => order.get(`${play.scenario} ${play.seed}`) ?? 0;
      return place(one) - place(other);
    });
  const text = report(
    stories,
    answers.filter((one) => one.kind === "quiet"),
    plays.length,
  );
  line(`\n${text}\n\n${((user + system) / 60e6).toFixed(1)} min of processor time`);
  if (!flags.includes("--write")) return;
  const page = readFileSync(readme, "utf8");
  const from = page.indexOf(begins);
  const to = page.indexOf(ends);
  if (from < 0 || to < from) throw new Error(`${readme} has no place for the tables`);
  writeFileSync(readme, `${page.slice(0, from + begins.length)}\n\n${text}\n\n${page.slice(to)}`);
}
