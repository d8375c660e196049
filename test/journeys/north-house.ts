/** A whole house from a site folder, with a meter in the south that pushes by Mosquitto, and targets in the north as the site writes them. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Site } from "#model/site";
import { instant, milliseconds, type Span, seconds } from "#model/time";
import { drivers } from "../../drivers/catalog.ts";
import type { AlarmBody } from "../../gateway/api/alarm-shapes.ts";
import type { NorthBody } from "../../gateway/api/north-shapes.ts";
import { openHouse } from "../../gateway/house.ts";
import { createLog } from "../../gateway/log.ts";
import { loadSite } from "../../gateway/site/load-site.ts";
import { startMosquitto } from "../drivers/mqtt/mosquitto.ts";
import { shipped } from "../gateway/site/written-site.ts";
import { ADMIN_TOKEN, call, DEMO_SITE, follow, freePorts } from "../support/house-process.ts";
import { createPushedClock } from "../support/pushed-clock.ts";

/** Numbers in one message of the meter. */
export const FIELDS = 20;
/** Between two looks: a longer step of time is one in which nobody looked, and no delay of a rule runs in it. */
const LOOK = milliseconds(3_500);
const START = instant(Date.UTC(2026, 10, 21, 2));

const siteFiles = (south: string, north: string): Readonly<Record<string, string>> => ({
  "people.yaml": readFileSync(join(DEMO_SITE, "people.yaml"), "utf8"),
  "site.yaml": `id: park
name: { zh: 园区, en: Park }
simulated: true
${north}`,
  "devices/meter.yaml": `id: meter
name: { zh: 水表, en: Meter }
kind: water
link: { mqtt: { url: "${south}" } }
points:
${Array.from({ length: FIELDS }, (_, i) => `  - { id: f${i}, name: { zh: 流量${i}, en: Flow ${i} }, type: number, staleAfter: 1d, at: "park/meter#/f${i} ; time=/ts:ms" }`).join("\n")}
`,
  "rules/mine.yaml": `- id: mine.high
  kind: water
  severity: S2
  title: { zh: 读数高, en: Reading high }
  params: { highest: { default: 1000000, source: test } }
  when: f0 > highest
  ticket: general_fault
  because: { zh: "读数 {f0}", en: "It reads {f0}" }
  advice: { zh: 查看水表。, en: Look at the meter. }
  source: test
`,
});

export interface NorthHouseInput {
  /** Of this run; a second one with the same folder is the same house started again. */
  readonly folder: string;
  /** The lines of site.yaml behind id and name. */
  readonly north: string;
  /** The data folder, when it is not to lie in `folder`. */
  readonly data?: string;
  /** What no site file can say, such as a cap of some kilobytes. */
  readonly change?: (site: Site) => Site;
  /** Time that has gone by since the run before. */
  readonly later?: Span;
}

export async function startNorthHouse(input: NorthHouseInput) {
  await using opened = new AsyncDisposableStack();
  const folder = join(input.folder, "site");
  const data = input.data ?? join(input.folder, "data");
  const south = opened.use(await startMosquitto());
  for (const [name, text] of Object.entries(siteFiles(south.url, input.north))) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const screens = join(input.folder, "console");
  mkdirSync(screens, { recursive: true });
  writeFileSync(join(screens, "index.html"), "<!doctype html>");
  const environment = {};
  const read = await loadSite({ folder, drivers, environment, ...shipped, today: START });
  if ("problems" in read) throw new Error(read.problems.map(({ what, todo }) => `${what.en}: ${todo?.en}`).join("\n"));
  const clock = createPushedClock(instant(START + (input.later ?? 0)));
  const [port, site] = [await freePorts(1), input.change?.(read.site) ?? read.site];
  const house = opened.use(
    await openHouse({
      site: { ...site, listen: { host: "127.0.0.1", port } },
      drivers,
      data,
      clock: () => clock,
      log: createLog("silent"),
      version: "north",
      console: screens,
      demoToken: ADMIN_TOKEN,
    }),
  );
  const stream = await follow(house.url);
  opened.defer(() => stream.close());
  const meter = await south.client();
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  async function ask<T>(path: string): Promise<T> {
    for (;;) {
      const { status, body } = await call<T>(`${house.url}${path}`, "GET", undefined, headers);
      if (status < 300) return body;
      // Whoever looks too often is asked to wait.
      if (status !== 429) throw new Error(`${path} answered ${status}`);
      await new Promise((turn) => setTimeout(turn, 1_000));
    }
  }
  const alarm = async (id: string): Promise<AlarmBody | undefined> =>
    (await ask<AlarmBody[]>("/api/alarms?state=all")).find((one) => one.id === id);

  /** Looks again and again, with `pause` of the house's time between two looks. Foreign processes give no event here. */
  async function when<T>(what: string, find: () => Promise<T | undefined | false>, pause = seconds(0)): Promise<T> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const found = await find();
      if (found !== undefined && found !== false) return found;
      if (performance.now() > deadline) {
        const alarms = (await ask<AlarmBody[]>("/api/alarms?state=all")).map(({ id, state }) => `${id} ${state}`);
        throw new Error(`not seen: ${what}\n${JSON.stringify(await ask("/api/north"))}\n${alarms.join("\n")}`);
      }
      if (pause > 0) clock.push(pause);
      await new Promise((turn) => setTimeout(turn, 120));
    }
  }

  const north = async (target: string): Promise<NorthBody> => {
    const all = await ask<NorthBody[]>("/api/north");
    return all.find((one) => one.target === target) as NorthBody;
  };

  const closing = opened.move();
  return {
    house,
    clock,
    data,
    ask,
    north,
    when,
    /** Messages with the numbers from `first` up to `last`; each number stands in `f0`, beside nineteen that cannot be packed. */
    async feed(first: number, last: number): Promise<void> {
      await when(
        "the meter is heard",
        async () => (await ask<{ state: string }>("/api/devices/meter")).state === "online" || sayOnce(),
      );
      for (let i = first; i <= last; i += 1) {
        // Two samples of one point in the same millisecond would be one.
        clock.push(milliseconds(2));
        await say(i);
      }
      const heard = async () => (await ask<{ value: number }>("/api/points/meter.f0")).value === last;
      await when("all messages are read", heard);
    },
    alarm,
    text: async (path: string) => (await fetch(`${house.url}${path}`, { headers })).text(),
    active: (id: string, pause = LOOK) =>
      when(
        `${id} is active`,
        async () => {
          const one = await alarm(id);
          return one !== undefined && isActive(one) && one;
        },
        pause,
      ),
    journal: (event: string) =>
      ask<{ event: string; data: Record<string, unknown> }[]>("/api/journal?about=site").then((rows) =>
        rows.filter((one) => one.event === event),
      ),
    /** Nothing waits for the target any more. */
    sentAll: (target: string, pause = LOOK) =>
      when(
        `nothing waits for ${target}`,
        async () => {
          const { ok, waiting } = await north(target);
          return ok && waiting.samples === 0 && waiting.alarms === 0;
        },
        pause,
      ),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };

  async function say(i: number): Promise<void> {
    await meter.publishAsync("park/meter", JSON.stringify({ ts: clock.now(), ...reading(i) }), { qos: 1 });
  }
  async function sayOnce(): Promise<undefined> {
    await say(0);
    return undefined;
  }
}

/** Whatever a person did about it. */
export const isActive = ({ state }: AlarmBody): boolean => state === "unacknowledged" || state === "acknowledged";

const reading = (i: number) =>
  Object.fromEntries(Array.from({ length: FIELDS }, (_, n) => [`f${n}`, n === 0 ? i : Math.random() * 1e6]));

export type NorthHouse = Awaited<ReturnType<typeof startNorthHouse>>;
