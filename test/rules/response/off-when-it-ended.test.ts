/** The house is off while something ends: it is noticed after the start, once, at its true instant; and with a dead clock not before its time. */
import { beforeAll, describe, expect, test } from "vitest";
import type { JournalRow } from "#model/journal";
import type { Policy } from "#model/policy";
import type { Site } from "#model/site";
import { hours, type Instant, later, milliseconds, minutes, seconds } from "#model/time";
import { at, supervisor, verdict } from "../../support/building.ts";
import { type Story, startStory, storySite } from "../../support/story-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

let policy: Policy;
let site: Site;
beforeAll(async () => {
  policy = await shippedPolicy();
  const { people, ...rest } = storySite(policy);
  // A second one who can be asked when the first does not answer.
  const teams = people.teams.map((team) =>
    team.id === "technician-on-duty" ? { ...team, people: [...team.people, "p-second"] } : team,
  );
  site = { ...rest, people: { ...people, teams, people: [...people.people, { id: "p-second", name: "second" }] } };
});
const burst = verdict("water.burst", "booster-1", "active", { severity: "S2", ticket: "pipe_burst" });
const fault = verdict("elevator.door", "lift-1", "active", { severity: "S3", ticket: "general_fault" });

/** Something that ends `ends` minutes after the opening, while the house is off from `off` to `back`. */
interface Ending {
  readonly what: string;
  readonly by: typeof burst;
  /** What people do before; at minute 0, or as it says. */
  readonly before?: (story: Story, no: string) => Promise<unknown>;
  readonly off: number;
  readonly ends: number;
  readonly back: number;
  /** The row of the journal that tells of it. */
  readonly row: (row: JournalRow) => boolean;
  /** The message that tells of it, by its step, and to whom it goes. */
  readonly said: string;
  readonly to: readonly string[];
  /** What else must be so right after the start of a house with a good clock. */
  readonly after?: (story: Story, no: string) => void;
}

const expired = ({ event, data }: JournalRow) => event === "acknowledgement-expired" && data.acknowledgedBy === "王工";
const endings: readonly Ending[] = [
  {
    what: "the acknowledgement of an S2, after an hour without an entry",
    by: burst,
    before: (story, no) => story.step(no, "acknowledge"),
    off: 40,
    ends: 60,
    back: 100,
    row: expired,
    said: "silent-",
    to: ["p-control-room-operator"],
    after(story, no) {
      expect(story.ticket(no).acknowledgedBy).toBeUndefined();
      const [message] = [...story.house.outbox.values()].filter(({ step }) => step.startsWith("silent-"));
      expect(message?.text.zh).toContain("确认后 60 分钟没有新的记录");
      expect(message?.text.en).toContain("nothing was entered for 60 min after the acknowledgement");
    },
  },
  {
    what: "the acknowledgement of an S3, after four hours without an entry",
    by: fault,
    before: (story, no) => story.step(no, "acknowledge"),
    off: 100,
    ends: 240,
    back: 300,
    row: expired,
    said: "silent-",
    to: ["p-control-room-operator"],
  },
  {
    what: "an offer that nobody took",
    by: burst,
    off: 3,
    ends: 5,
    back: 20,
    row: ({ event, data }) => event === "offer-expired" && String(data.to) === "p-technician-on-duty",
    said: "sent-",
    to: ["p-second"],
    after: (story, no) =>
      expect(story.ticket(no).offers).toMatchObject([
        { person: "p-technician-on-duty", state: "expired" },
        { person: "p-second", state: "open", at: at(20), until: at(25) },
      ]),
  },
  {
    what: "the time for which the work might wait",
    by: fault,
    before: async (story, no) => {
      await story.step(no, "accept");
      await story.step(no, "hold", { reason: "parts", for: hours(1) }, supervisor);
    },
    off: 30,
    ends: 60,
    back: 150,
    row: ({ event }) => event === "hold-over",
    said: "hold-over-",
    to: ["p-team-lead"],
    after(story, no) {
      const ticket = story.ticket(no);
      expect(ticket).toMatchObject({ state: "accepted" });
      expect(ticket.hold).toBeUndefined();
      // It waited for an hour and not for the time that the house was off.
      expect(ticket.clocks.find(({ kind }) => kind === "resolve")).toMatchObject({
        state: "running",
        dueAt: at(1_500),
      });
    },
  },
  {
    what: "three quarters of the time to bring it under control",
    by: burst,
    off: 80,
    ends: 90,
    back: 100,
    row: ({ event, data }) => event === "clock-warning" && data.clock === "mitigate",
    said: "warn-mitigate-",
    to: ["p-control-room-operator"],
  },
  {
    what: "the time for a report of progress, three times over",
    by: burst,
    off: 50,
    ends: 60,
    back: 200,
    row: ({ event, data }) => event === "clock-breached" && data.clock === "feedback",
    said: "feedback-missed-",
    to: ["p-control-room-operator"],
    after: (story, no) =>
      expect(story.ticket(no).clocks.find(({ kind }) => kind === "feedback")).toMatchObject({ dueAt: at(240) }),
  },
];

async function begin({ by, before, off }: Ending) {
  const story = await startStory({ site, delivers: false });
  await story.conditions(by);
  const no = story.open()[0]?.no ?? "";
  await before?.(story, no);
  await beat(story, at(off));
  return { story, no };
}

/** Time passes; each minute something may be due. */
async function beat(story: Story, to: Instant): Promise<void> {
  while (story.clock.now() < to) {
    const next = Math.min(to, ...story.open().map(({ wakeAt }) => Math.max(wakeAt, story.clock.now() + 1_000)));
    await story.clock.advance(milliseconds(next - story.clock.now()));
    await story.take({ type: "tick" });
  }
}

async function noticed(story: Story, no: string, { row, said }: Ending, since: Instant) {
  const rows = (await story.journal(`ticket:${no}`)).filter((one) => row(one) && one.at >= since);
  const told = (await story.store.messages(no)).filter(
    ({ step, createdAt, channel }) => step.startsWith(said) && createdAt >= since && channel === "console",
  );
  return {
    at: rows.map((one) => one.at),
    occurred: rows.map(({ occurredAt }) => occurredAt),
    to: told.map(({ to }) => to),
  };
}

describe.each(endings)("$what ends while the house is off", (ending) => {
  test("is noticed by the start, once, at its true instant; another start says nothing more", async () => {
    const { story, no } = await begin(ending);
    await using _story = story;
    const back = at(ending.back);
    await story.powerCut(back, { delivers: false });
    await story.take({ type: "tick" });
    expect(await noticed(story, no, ending, at(ending.off))).toEqual({
      at: [back],
      // The warning is given when somebody is there to hear it.
      occurred: [ending.said.startsWith("warn-") ? back : at(ending.ends)],
      to: ending.to,
    });
    ending.after?.(story, no);
    await story.powerCut(later(back, seconds(20)), { delivers: false });
    await story.take({ type: "tick" });
    expect((await noticed(story, no, ending, at(ending.off))).to).toEqual(ending.to);
    expect((await story.journal()).filter(({ event }) => event === "re-armed")).toEqual([]);
  });

  test("a dead clock goes on from where it stood: it ends after its own time, once, and the time server ends nothing", async () => {
    const { story, no } = await begin(ending);
    await using _story = story;
    const mark = at(ending.off);
    await story.powerCut(mark, { delivers: false });
    await beat(story, later(at(ending.ends), seconds(-1)));
    expect(await noticed(story, no, ending, mark)).toEqual({ at: [], occurred: [], to: [] });
    await beat(story, at(ending.ends));
    const once = { at: [at(ending.ends)], occurred: [at(ending.ends)], to: ending.to };
    expect(await noticed(story, no, ending, mark)).toEqual(once);
    const due = story.ticket(no).wakeAt;
    await story.stepWall(minutes(300));
    expect(await noticed(story, no, ending, mark)).toEqual(once);
    expect(story.ticket(no).wakeAt).toBe(later(due, minutes(300)));
  });

  test("the time server is heard first: what was not over before the stop is not over by the step", async () => {
    const { story, no } = await begin(ending);
    await using _story = story;
    const mark = at(ending.off);
    await story.powerCut(mark, { delivers: false });
    await story.stepWall(minutes(300));
    const moved = (minute: number) => later(at(minute), minutes(300));
    await beat(story, later(moved(ending.ends), seconds(-1)));
    expect((await noticed(story, no, ending, mark)).to).toEqual([]);
    await beat(story, moved(ending.ends));
    expect(await noticed(story, no, ending, mark)).toMatchObject({ occurred: [moved(ending.ends)], to: ending.to });
  });
});
