/** `gatehouse notify-test <site> [channel]`: one test message by each channel, without the gateway running. */
import { createClock } from "../clock.ts";
import { openLanes } from "../notify/lanes.ts";
import { testMessage } from "../notify/test-message.ts";
import { tryOnce } from "../notify/try-once.ts";
import { type CommandLine, exit, parse, Refusal, say, texts, WrongUsage } from "./command.ts";
import { readSite } from "./read-site.ts";

export async function notifyTest(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, texts("to"));
  const [folder, wanted] = positionals;
  if (folder === undefined) throw new WrongUsage();
  const site = await readSite(line, folder);
  const to = typeof values.to === "string" ? values.to : site.people.fallback;
  const person = site.people.people.find(({ id }) => id === to);
  if (!person) throw new Refusal(exit.usage, `没有人员 ${to}。`, `There is no person ${to}.`);
  const lanes = [...openLanes(site.channels).values()].filter(({ id }) => id !== "console");
  const chosen = wanted === undefined ? lanes : lanes.filter(({ id }) => id === wanted);
  if (chosen.length === 0) {
    const known = lanes.map(({ id }) => id).join(", ");
    throw new Refusal(
      exit.usage,
      `没有这个通道。已配置：${known || "无"}。`,
      `No such channel. The site has: ${known || "none"}.`,
    );
  }
  const clock = createClock();
  const stop = new AbortController();
  let failed = 0;
  for (const lane of chosen) {
    const now = clock.now();
    const context = { site: { id: site.id, name: site.name }, person, now, beside: [] };
    for (const [index, outlet] of lane.outlets.entries()) {
      const delivery = await tryOnce(outlet, testMessage(lane.id, to, now), context, clock, stop.signal);
      const fine = delivery.outcome === "accepted" || delivery.outcome === "delivered";
      if (!fine) failed += 1;
      const why = "because" in delivery ? `  ${delivery.because}` : "";
      const robot = index === 0 ? "" : `#${index + 1}`;
      line.print(`${fine ? "+" : "-"} ${lane.id}${robot}  ${lane.kind}  ${delivery.outcome}${why}`);
    }
  }
  line.remark(
    say(
      line.language,
      `已向 ${person.name} 发送测试消息；请与本人核对是否收到。`,
      `Test messages went to ${person.name}; ask whether they arrived.`,
    ),
  );
  return failed === 0 ? exit.done : exit.failed;
}
