/**
 * A house for stories: the shipped policy, somebody with a phone for each of its roles, the real door, store, outbox delivery and
 * API, and a clock held in the hand. It can lose its power at any moment and wake up again from what stood on the disk just then.
 */
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Actor } from "#model/account";
import type { JournalRow } from "#model/journal";
import type { Command, Happening } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Transition } from "#model/rule";
import type { Device, People, Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { type Instant, instant, milliseconds, type Span, seconds } from "#model/time";
import type { TicketDetailBody } from "../../gateway/api/ticket-shapes.ts";
import type { Door, Reply } from "../../gateway/door.ts";
import { createFeed, type Feed } from "../../gateway/feed.ts";
import { type DeliveryOffice, startDelivery } from "../../gateway/notify/deliver-outbox.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import type { Store } from "../../gateway/store/store.ts";
import { type Stand, startStand } from "../gateway/api/stand.ts";
import { building, operator, TEN } from "./building.ts";
import { createDataFolder } from "./data-folder.ts";
import { idle } from "./idle-engine.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

/** For each role a team of one person, `p-<role>`, with a made-up phone; no shifts. */
export function storyPeople(policy: Policy): People {
  const roles = Object.keys(policy.roles);
  return {
    teams: roles.map((role) => ({ id: role, name: { zh: role, en: role }, roles: [role], people: [`p-${role}`] })),
    people: [...roles, "last"].map((role, n) => ({
      id: `p-${role}`,
      name: policy.roles[role]?.zh ?? role,
      phone: `0001000${String(n).padStart(4, "0")}`,
      skills: [{ skill: "elevator" }],
    })),
    shifts: [],
    fallback: "p-last",
  };
}

const MINUTE = 60_000;

export const storySite = (policy: Policy, more: Partial<Site> = {}): Site =>
  building({ policy, people: storyPeople(policy), ...more });

export const aDevice = (id: string, kind: Device["kind"], more: Partial<Device> = {}): Device => ({
  ...(building().devices[0] as Device),
  id,
  kind,
  name: { zh: id, en: id },
  ...more,
});

export interface StoryInput {
  readonly site: Site;
  readonly start?: Instant;
  /** Without it no message leaves the house, as if the process ended before it could. */
  readonly delivers?: boolean;
  /** The folder of a built console, for those who look at it with a browser. */
  readonly console?: string;
}

type StepWords = Partial<Extract<Command, { do: "ticket-step" }>>;

/** One life of the process, from its start to its end. */
interface Life {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly feed: Feed;
  readonly door: Door;
  readonly office: DeliveryOffice | undefined;
  readonly folder: string;
  readonly logged: string[];
  stand?: Stand;
}

export async function startStory(input: StoryInput) {
  await using opened = new AsyncDisposableStack();
  let site = input.site;
  let commands = 0;
  let changed = () => {};
  const folders = [opened.use(createDataFolder())];

  async function begin(now: Instant, delivers: boolean): Promise<Life> {
    const folder = folders.at(-1)?.path ?? "";
    const clock = createManualClock(now);
    const store = await openStore({ folder, clock });
    const kept = await store.load(now);
    const measure = { committed: () => {}, decided: () => {}, storeAway: () => {} };
    const feed = createFeed();
    const pipeline = createPipeline({ site, kept, store, engine: idle, feed, clock, measure });
    let office: DeliveryOffice | undefined;
    const take = async (happening: Happening): Promise<Reply> => {
      const reply = await pipeline.take(happening);
      if (happening.type !== "record") office?.wake();
      changed();
      return reply;
    };
    const door: Door = { ...pipeline, house: pipeline.house, take };
    const logged: string[] = [];
    const line = (level: string) => (facts: object, text: string) =>
      logged.push(`${level} ${text} ${JSON.stringify(facts)}`);
    const log = { info: line("info"), warn: line("warn"), error: line("error") };
    if (delivers) office = startDelivery({ door, site, clock, log });
    return { clock, store, feed, door, office, folder, logged };
  }

  let life = await begin(input.start ?? TEN, input.delivers ?? true);
  const end = async (old: Life): Promise<void> => {
    await old.stand?.[Symbol.asyncDispose]();
    let ended = false;
    const stopped = old.office?.[Symbol.asyncDispose]().then(() => {
      ended = true;
    });
    // What the old life still waits for by its clock is over at once.
    while (stopped && !ended) await old.clock.advance(seconds(20));
    await stopped;
    await old.store[Symbol.asyncDispose]();
  };
  opened.defer(() => end(life));
  const all = opened.move();

  const open = (): Ticket[] => [...life.door.house.tickets.values()];
  const take = (happening: Happening): Promise<Reply> => life.door.take(happening);
  const command = (wish: Command, actor: Actor = operator, id = `c${++commands}`): Promise<Reply> =>
    take({ type: "command", id, actor, command: wish });
  async function api(): Promise<Stand> {
    if (life.stand) return life.stand;
    const { door, store, clock, feed } = life;
    const served = input.console === undefined ? {} : { console: input.console };
    const stand = await startStand({ site, door, store, clock, feed, ...served });
    for (const [id, token] of stand.door.house.tokens) (door.house.tokens as Map<string, typeof token>).set(id, token);
    life.stand = stand;
    return stand;
  }
  /** Waits until it holds: asked after each happening at the door. */
  async function when(what: string, holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((done, fail) => {
        const limit = AbortSignal.timeout(30_000);
        limit.addEventListener("abort", () => fail(new Error(`never came: ${what}`)), { once: true });
        changed = done;
      });
    }
  }

  return {
    get clock() {
      return life.clock;
    },
    get house() {
      return life.door.house;
    },
    get office() {
      return life.office;
    },
    get logged() {
      return life.logged;
    },
    get store() {
      return life.store;
    },
    take,
    command,
    open,
    api,
    when,
    conditions: (...transitions: Transition[]) => take({ type: "conditions", transitions }),
    step: (no: string, step: StepWords["step"] & string, words: StepWords = {}, actor: Actor = operator) =>
      command({ do: "ticket-step", ticket: no, step, ...words }, actor),
    /** The ticket, open or not. */
    ticket(no: string): Ticket {
      const found = life.door.house.tickets.get(no) ?? life.door.house.lately.get(no);
      if (!found) throw new Error(`no ticket ${no}`);
      return found;
    },
    /** The heartbeat until `to`: each beat at which something may be due, and one a minute for what tells nobody when it is. */
    async until(to: Instant): Promise<void> {
      const { clock, door } = life;
      while (clock.now() < to) {
        const now = clock.now();
        const due = [
          ...[...door.house.tickets.values()].map(({ wakeAt }) => wakeAt),
          ...[...door.house.outbox.values()].map(({ nextTryAt }) => nextTryAt),
          ...[...door.house.alarms.values()].map(({ waitsUntil }) => waitsUntil ?? Number.POSITIVE_INFINITY),
        ].filter((one) => one > now);
        const minute = (Math.floor(now / MINUTE) + 1) * MINUTE;
        // A beat comes once a second, whatever is due between two of them.
        const next = now + Math.ceil((Math.min(minute, ...due) - now) / 1_000) * 1_000;
        await clock.advance(milliseconds(Math.min(next, to) - now));
        await take({ type: "tick" });
      }
    },
    /** The wall clock is set; the heartbeat sees it with its next beat. */
    async stepWall(by: Span): Promise<void> {
      life.clock.stepWall(by);
      await take({ type: "clock-step", by });
      await take({ type: "tick" });
    },
    /** The power goes in this very moment, and is back at `back`: the new life knows what stood on the disk and nothing else. */
    async powerCut(back: Instant, more: { delivers?: boolean; site?: Site } = {}): Promise<void> {
      const lastSeen = life.clock.now();
      const next = all.use(createDataFolder());
      for (const file of ["house.db", "house.db-wal"])
        cpSync(join(life.folder, file), join(next.path, file), { force: true, errorOnExist: false });
      folders.push(next);
      const old = life;
      site = more.site ?? site;
      life = await begin(back, more.delivers ?? true);
      await end(old);
      await take({ type: "started", lastSeen });
    },
    /** What the journal on the disk says about something, oldest first. */
    async journal(about?: string): Promise<readonly JournalRow[]> {
      const rows = await life.store.journal({ limit: 100_000, ...(about === undefined ? {} : { about }) });
      return [...rows].sort((a, b) => a.seq - b.seq);
    },
    /** The ticket as a screen gets it. */
    async shown(no: string): Promise<TicketDetailBody> {
      const stand = await api();
      const { status, body } = await stand.ask("GET", `/api/tickets/${no}`, { as: "operator" });
      if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
      return body;
    },
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  };
}

export type Story = Awaited<ReturnType<typeof startStory>>;

/** `10:05:00`, as the wall clock of the control room shows it. */
export const wall = (at: Instant): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO("Asia/Shanghai").toPlainTime().toString();

/** An instant of a day, in Shanghai. */
export const on = (date: string, time: string): Instant =>
  instant(Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime("Asia/Shanghai").epochMilliseconds);

/** When each step of the ladder ran: `10:05:00 s1-no-plan`. */
export const stepsRun = (rows: readonly JournalRow[]): string[] =>
  rows.filter(({ event }) => event === "step-run").map((row) => `${wall(row.occurredAt)} ${String(row.data.step)}`);
