/** Learned values in the house: applied through the one door, kept by the real store, gone by at once, taken back. */
import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import { type Learnable, type LearnedValue, learnedId } from "#model/learned";
import type { Plan } from "#model/plan";
import { GOOD } from "#model/quality";
import type { Device, Site } from "#model/site";
import { instant } from "#model/time";
import { createFeed } from "../../gateway/feed.ts";
import { createLearned } from "../../gateway/learned.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import { createEngine } from "../../rules/engine/create-engine.ts";
import { fitLearned, valueInForce } from "../../rules/tuning/in-force.ts";
import { createColumns, deviceOf, param, pointsOf, rule } from "../rules/support/rule-bench.ts";
import { engineer } from "../support/alarm-desk.ts";
import { building } from "../support/building.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { createManualClock } from "../support/manual-clock.ts";

const burst = rule({ id: "water.burst", when: "flow > burstStep", params: { burstStep: param(5, "m3/h") } });
const siteOf = (more: Partial<Device> = {}, rules = [burst]): Site => ({
  ...building(),
  rules,
  points: pointsOf("pump", { flow: "m3/h" }),
  devices: [deviceOf("pump", [0], more)],
});
const evidence = { from: 1_794_000_000_000, to: 1_794_600_000_000, minutes: 9_000, gaps: 2 };

async function open(folder: string, site: Site) {
  const clock = createManualClock();
  const store = await openStore({ folder, clock });
  const kept = await store.load(clock.now());
  const columns = createColumns(site.points.length);
  const said: string[] = [];
  const tell = (_: object, text: string) => void said.push(text);
  const learned = createLearned(
    site,
    kept.papers,
    (devices) => createEngine({ rules: site.rules, devices, points: site.points, columns, zone: site.zone }),
    { info: tell, warn: tell, error: tell },
  );
  learned.engine.resume(new Set(kept.alarms.filter(({ process }) => process === "active").map(({ id }) => id)));
  const measure = { committed: () => {}, storeAway: () => {}, decided: (_: Plan) => {} };
  const door = createPipeline({
    site,
    kept,
    store,
    engine: learned.engine,
    feed: createFeed(),
    clock,
    refit: (at) => learned.refit(door.house.papers.values(), at),
    measure,
  });
  let serial = kept.lastSeq;
  const command = (command: Parameters<typeof take>[0], actor: Actor = engineer) => take(command, actor);
  function take(wish: Extract<Parameters<typeof door.take>[0], { type: "command" }>["command"], actor: Actor) {
    serial += 1;
    return door.take({ type: "command", id: `c-${serial}`, actor, command: wish });
  }
  return {
    store,
    door,
    learned,
    said,
    command,
    apply: (
      values: readonly (number | null)[],
      was: readonly number[],
      what: Learnable = "burstStep",
      device = "pump",
    ) => command({ do: "apply-learned", device, what, values, was, reason: "午间补水", learned: evidence }),
    takeBack: (what = "burstStep") => command({ do: "take-back-learned", device: "pump", what, reason: "误报未减少" }),
    /** Sets the flow, looks once, and says how the alarm stands. */
    async flow(value: number) {
      columns.value[0] = value;
      columns.quality[0] = GOOD;
      columns.receivedAt[0] = clock.now();
      door.samples(Int32Array.of(0), 1);
      await door.take({ type: "tick" });
      return door.house.alarms.get("water.burst@pump")?.process ?? "normal";
    },
    async close() {
      await store[Symbol.asyncDispose]();
    },
  };
}

describe("a learned value that a person puts in force", () => {
  test("counts at once, stands in the journal, outlives the process, and can be taken back", async () => {
    using folder = createDataFolder();
    const first = await open(folder.path, siteOf());
    expect(await first.flow(6)).toBe("active");
    expect(await first.apply([8], [5])).toEqual({ ok: true, paper: "learned:pump:burstStep" });
    expect(await first.flow(6)).toBe("normal");
    expect(await first.flow(9)).toBe("active");
    const [told] = await first.store.journal({ about: "device:pump" });
    expect(told).toMatchObject({
      event: "learned-applied",
      actor: engineer.id,
      data: { what: "burstStep", was: [5], values: [8], reason: "午间补水" },
    });
    expect(await first.store.verify()).toMatchObject({ ok: true });
    await first.close();

    const second = await open(folder.path, siteOf());
    expect(second.learned.fitted().standing).toMatchObject([
      { state: "in-force", row: { values: [8], learned: evidence } },
    ]);
    expect(await second.flow(7)).toBe("normal");
    expect(await second.takeBack()).toMatchObject({ ok: true });
    expect(await second.flow(7)).toBe("active");
    expect(await second.takeBack()).toMatchObject({ ok: false, refusal: { status: 404, code: "nothing-applied" } });
    expect(await second.store.verify()).toMatchObject({ ok: true });
    await second.close();

    const third = await open(folder.path, siteOf());
    expect(third.learned.fitted().standing).toEqual([]);
    expect(await third.flow(7)).toBe("active");
    await third.close();
  });

  test("is refused over what the device's own entry says, and steps back when the entry comes to say it", async () => {
    using folder = createDataFolder();
    const own = { params: { burstStep: 3 }, ownParams: ["burstStep"] };
    const named = await open(folder.path, siteOf(own));
    expect(await named.apply([8], [3])).toMatchObject({ ok: false, refusal: { status: 409, code: "file-goes-first" } });
    await named.close();
    const free = await open(folder.path, siteOf({ params: { burstStep: 3 } }));
    // A profile's figure is general, and the learned one goes before it.
    expect(await free.apply([8], [3])).toMatchObject({ ok: true });
    expect(await free.flow(6)).toBe("normal");
    await free.close();
    const again = await open(folder.path, siteOf(own));
    expect(again.learned.fitted().standing).toMatchObject([{ state: "file-wins" }]);
    expect(again.said).toEqual(["a learned value is not in force"]);
    expect(await again.flow(4)).toBe("active");
    await again.close();
  });

  test.each([
    ["a value that somebody changed meanwhile", [8], [4], "burstStep", "pump", 409, "changed-meanwhile"],
    ["a value that is in force already", [8], [8], "burstStep", "pump", 409, "already-in-force"],
    ["another device", [8], [8], "burstStep", "nobody", 404, "no-such-device"],
    ["what no rule asks for", [8], [8], "nightFlow", "pump", 422, "no-rule-asks"],
    ["less than can be", [0], [8], "burstStep", "pump", 422, "value-not-allowed"],
    ["more than can be", [1e9], [8], "burstStep", "pump", 422, "value-not-allowed"],
    ["no number", [Number.NaN], [8], "burstStep", "pump", 422, "value-not-allowed"],
    ["nothing", [null], [8], "burstStep", "pump", 422, "value-not-allowed"],
    ["two values for one", [7, 8], [8], "burstStep", "pump", 422, "value-not-allowed"],
  ] as const)(
    "%s is refused with a sentence and changes nothing",
    async (_, values, was, what, device, status, code) => {
      using folder = createDataFolder();
      const house = await open(folder.path, siteOf());
      await house.apply([8], [5]);
      const before = await house.store.journal({});
      expect(await house.apply(values, was, what, device)).toMatchObject({ ok: false, refusal: { status, code } });
      expect(await house.store.journal({})).toEqual(before);
      expect(await house.flow(7)).toBe("normal");
      await house.close();
    },
  );

  test("a row that fits nothing any more is told and left aside at the start, and the house runs", async () => {
    using folder = createDataFolder();
    const first = await open(folder.path, siteOf());
    await first.apply([8], [5]);
    await first.close();
    const gone = await open(folder.path, siteOf({}, [rule({ id: "water.other", when: "flow > 5 m3/h" })]));
    expect(gone.learned.fitted().standing).toMatchObject([
      {
        state: "ignored",
        because: { en: expect.stringContaining("No rule asks"), zh: expect.stringContaining("没有规则") },
      },
    ]);
    expect(gone.said).toHaveLength(1);
    await gone.close();
  });

  test.each<[string, Record<string, unknown>]>([
    ["of a device that is gone", { device: "old-pump" }],
    ["of a parameter that nobody knows", { what: "burstHold" }],
    ["out of range", { values: [-4] }],
    ["in another unit", { unit: "L/s" }],
    ["with a text for a number", { values: ["8"] }],
    ["with hours for one value", { values: Array(24).fill(8) }],
    ["without values", { values: undefined }],
    ["without evidence", { learned: undefined }],
    ["of nobody", { by: undefined }],
  ])("a row %s is ignored with its reason in both languages", (_, odd) => {
    const row: LearnedValue = {
      kind: "learned",
      id: learnedId("pump", "burstStep"),
      state: "open",
      at: instant(0),
      device: "pump",
      what: "burstStep",
      unit: "m3/h",
      values: [8],
      reason: "x",
      by: { account: "zhao", name: "赵工", at: instant(0) },
      learned: evidence,
    };
    const site = siteOf();
    const good = fitLearned(site, [row]);
    expect(good.devices[0]?.params).toEqual({ burstStep: 8 });
    const { devices, standing } = fitLearned(site, [{ ...row, ...odd } as LearnedValue]);
    expect(devices).toEqual(site.devices);
    expect(standing).toMatchObject([
      { state: "ignored", because: { zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.stringMatching(/\w/) } },
    ]);
    expect(JSON.stringify(standing[0])).not.toContain("undefined");
    expect(valueInForce(site, { devices, standing }, "pump", "burstStep")).toMatchObject({
      values: [5],
      from: "rules",
    });
  });
});
