/** A ticket goes by the policy it was opened under, whatever the site's files say after a restart. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { keptPolicyId } from "#model/kept-policy";
import type { Policy } from "#model/policy";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { hours, minutes, seconds } from "#model/time";
import { createFeed } from "../../../gateway/feed.ts";
import { createPipeline } from "../../../gateway/pipeline.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { at, building, operator, supervisor, TEN, verdict } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { idle } from "../../support/idle-engine.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

const trapped = (device: string) =>
  verdict("elevator.entrapment", device, "active", { ticket: "elevator_entrapment", lifeSafety: true });
const fault = verdict("door.fault", "lift-3", "active", { ticket: "general_fault", severity: "S3" });

let policy: Policy;
let edited: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
  const S1 = policy.ladders.S1.map((step) =>
    step.id === "s1-not-acknowledged" ? { ...step, id: "new-not-acknowledged", after: seconds(90) } : step,
  );
  const entrapment = policy.classes.elevator_entrapment!;
  const clocks = entrapment.clocks.map((one) => (one.kind === "plan" ? { ...one, target: minutes(9) } : one));
  edited = {
    ...policy,
    version: "edited.2",
    ladders: { ...policy.ladders, S1 },
    classes: { ...policy.classes, elevator_entrapment: { ...entrapment, clocks } },
    acknowledgeExpires: { S1: minutes(3), S2: minutes(4), S3: minutes(5), S4: minutes(6) },
    warn: { share: 0.5, shortShare: 0.25, shortUpTo: minutes(15) },
    hold: { reasons: [{ id: "weather", text: { zh: "等天气", en: "Weather" } }], longest: hours(2) },
    recovered: { S3: minutes(7) },
    reach: { ...policy.reach, S1: { console: seconds(0), voice: seconds(5) } },
  };
});

const rules = [trapped("lift-1"), fault].map(({ instance }) => instance.rule);
const devices = ["lift-1", "lift-2", "lift-3"].map((id) => ({ ...building().devices[0]!, id }));
const siteWith = (one: Policy): Site => building({ policy: one, rules, devices });
const fresh = (): PureHouse => {
  const house = createPureHouse(siteWith(policy));
  house.take({ type: "started" }, TEN);
  return house;
};
const of = (house: PureHouse, device: string): Ticket =>
  [...house.tickets.values()].find((ticket) => ticket.device === device) as Ticket;
/** The files are edited, and the house starts with them; the rules are the same. */
const judged = new Set(["elevator.entrapment@lift-1", "elevator.entrapment@lift-2", "door.fault@lift-3"]);
const edit = (house: PureHouse, site: Site, now: Ticket["openedAt"]) => house.edit(site, now, now, judged);
/** The rules judge again after a start, and find this. */
const find = (house: PureHouse, to: "level" | "normal", now: Ticket["openedAt"]) => {
  house.take({ type: "conditions", transitions: [{ ...fault, to: "known" }] }, now);
  const severity = to === "level" ? "S1" : "S3";
  house.take({ type: "conditions", transitions: [{ ...fault, to, severity }] }, now);
};
const step = (
  house: PureHouse,
  no: string,
  what: "acknowledge" | "accept" | "hold",
  now: Ticket["openedAt"],
  more: object = {},
) =>
  house.take(
    {
      type: "command",
      id: `${no}-${what}-${now}`,
      actor: what === "hold" ? supervisor : operator,
      command: { do: "ticket-step", ticket: no, step: what, ...more },
    },
    now,
  );
const ids = ({ ladder }: Ticket) => ladder.map((row) => row.step.id);

describe("the policy is edited while an emergency is open, and the house starts again", () => {
  let house: PureHouse;
  beforeAll(() => {
    house = fresh();
    house.take({ type: "conditions", transitions: [trapped("lift-1"), fault] }, TEN);
    edit(house, siteWith(edited), at(1));
    house.take({ type: "conditions", transitions: [trapped("lift-2")] }, at(1));
  });

  test("the old ticket keeps its ladder and its clocks, the new one has the new ones", () => {
    expect(ids(of(house, "lift-1"))).toContain("s1-not-acknowledged");
    expect(ids(of(house, "lift-1"))).not.toContain("new-not-acknowledged");
    expect(ids(of(house, "lift-2"))).toContain("new-not-acknowledged");
    const plan = (device: string) => of(house, device).clocks.find(({ kind }) => kind === "plan")?.target;
    expect([plan("lift-1"), plan("lift-2")]).toEqual([minutes(5), minutes(9)]);
    expect([of(house, "lift-1").policyVersion, of(house, "lift-2").policyVersion]).toEqual([
      policy.version,
      "edited.2",
    ]);
  });

  test("the acknowledgement of the old one holds ten minutes, that of the new one three", () => {
    step(house, of(house, "lift-1").no, "acknowledge", at(2));
    step(house, of(house, "lift-2").no, "acknowledge", at(2));
    expect(of(house, "lift-1").acknowledgeExpiresAt).toBe(at(12));
    expect(of(house, "lift-2").acknowledgeExpiresAt).toBe(at(5));
  });

  test("a lesser ticket that becomes S1 climbs the ladder that it was opened under, and warns by its shares", () => {
    find(house, "level", at(3));
    const raised = of(house, "lift-3");
    expect(raised.severity).toBe("S1");
    expect(ids(raised)).toContain("s1-not-acknowledged");
    expect(ids(raised)).not.toContain("new-not-acknowledged");
    const added = raised.clocks.find(({ kind }) => kind === "mitigate");
    expect(added && added.warnAt - added.startedAt).toBe(hours(2) * policy.warn.share);
  });

  test("it waits for the reasons of its own policy, as long as that allows", () => {
    const again = fresh();
    again.take({ type: "conditions", transitions: [fault] }, TEN);
    edit(again, siteWith(edited), at(1));
    const { no } = of(again, "lift-3");
    step(again, no, "accept", at(2));
    const refused = step(again, no, "hold", at(2), { reason: "weather" });
    expect(refused.refusal?.code).toBe("reason-needed");
    step(again, no, "hold", at(3), { reason: "parts" });
    expect(of(again, "lift-3").hold?.until).toBe(at(3 + 48 * 60));
  });

  test("it closes itself after the time of its own policy when its source is normal", () => {
    const again = fresh();
    again.take({ type: "conditions", transitions: [fault] }, TEN);
    edit(again, siteWith(edited), at(1));
    find(again, "normal", at(2));
    expect(of(again, "lift-3").recoversAt).toBe(at(32));
  });

  test("its people are told by the channels of its own policy", () => {
    const channels = [{ id: "text", kind: "sms", settings: {} }];
    const told = { ...siteWith(policy), channels };
    const reached = {
      ...told,
      people: { ...told.people, people: told.people.people.map((one) => ({ ...one, phone: "1" })) },
    };
    const again = createPureHouse(reached);
    again.take({ type: "started" }, TEN);
    again.take({ type: "conditions", transitions: [trapped("lift-1")] }, TEN);
    edit(again, { ...reached, policy: edited }, at(1));
    again.take({ type: "conditions", transitions: [trapped("lift-2")] }, at(1));
    again.beat(at(1), at(6));
    const by = (device: string) =>
      new Set(
        again.said
          .filter((one) => one.ticket === of(again, device).no && one.createdAt > at(1))
          .map((one) => one.channel),
      );
    expect(by("lift-1")).toEqual(new Set(["console", "text"]));
    expect(by("lift-2")).toEqual(new Set(["console"]));
  });
});

describe("what is kept", () => {
  test("each policy once, the one in force marked, and put away when no ticket goes by it", () => {
    const house = fresh();
    house.take({ type: "started" }, at(1));
    expect([...house.papers.keys()]).toEqual([keptPolicyId(policy.version)]);
    edit(house, siteWith(edited), at(2));
    expect(house.papers.get(keptPolicyId(policy.version))).toMatchObject({ state: "closed" });
    expect(house.papers.get(keptPolicyId(policy.version))).not.toHaveProperty("inForce");
    expect(house.papers.get(keptPolicyId("edited.2"))).toMatchObject({ state: "open", inForce: true });
    edit(house, siteWith(policy), at(3));
    expect(house.papers.get(keptPolicyId(policy.version))).toMatchObject({ state: "open", inForce: true });
  });

  test("a file that was edited without another version gets one", () => {
    const house = fresh();
    house.take({ type: "conditions", transitions: [trapped("lift-1")] }, TEN);
    edit(house, siteWith({ ...edited, version: policy.version }), at(1));
    house.take({ type: "conditions", transitions: [trapped("lift-2")] }, at(1));
    expect(of(house, "lift-2").policyVersion).toBe(`${policy.version}~2`);
    expect(ids(of(house, "lift-2"))).toContain("new-not-acknowledged");
    step(house, of(house, "lift-1").no, "acknowledge", at(2));
    step(house, of(house, "lift-2").no, "acknowledge", at(2));
    expect(of(house, "lift-1").acknowledgeExpiresAt).toBe(at(12));
    expect(of(house, "lift-2").acknowledgeExpiresAt).toBe(at(5));
    house.take({ type: "started" }, at(3));
    expect([...house.papers.values()].filter((paper) => paper.kind === "policy" && paper.inForce)).toHaveLength(1);
  });

  test.each<[string, (house: PureHouse, id: string) => void]>([
    ["missing", (house, id) => house.papers.delete(id)],
    ["without a ladder", (house, id) => put(house, id, { policy: { ...policy, ladders: {} } })],
    [
      "with an empty ladder",
      (house, id) => put(house, id, { policy: { ...policy, ladders: { ...policy.ladders, S1: [] } } }),
    ],
    ["without any content", (house, id) => put(house, id, { policy: null })],
    ["another one's", (house, id) => put(house, id, { version: "other" })],
    [
      "with a time that is none",
      (house, id) => put(house, id, { policy: { ...policy, acknowledgeExpires: { S1: "10m" } } }),
    ],
  ])(
    "one that is %s on the disk: the ticket goes by the present one, never by none, and the desk is told once",
    (_, damage) => {
      const house = fresh();
      house.take({ type: "conditions", transitions: [trapped("lift-1"), fault] }, TEN);
      damage(house, keptPolicyId(policy.version));
      edit(house, siteWith(edited), at(1));
      const told = () => house.said.filter((one) => one.step === "policy-lost");
      expect(told().map(({ to }) => to)).toEqual(["p-control-room-operator"]);
      expect(told()[0]?.text.zh).toContain(`响应策略 ${policy.version} 的存档缺失或损坏，2 张`);
      expect(told()[0]?.text.en).toContain(`${policy.version} is no longer kept or is damaged: 2 open tickets`);
      // The rows that it has stay, and what it still needs comes from the present one.
      expect(ids(of(house, "lift-1"))).toContain("s1-not-acknowledged");
      find(house, "level", at(2));
      expect(ids(of(house, "lift-3"))).toContain("new-not-acknowledged");
      edit(house, siteWith(edited), at(3));
      expect(told()).toHaveLength(1);
    },
  );

  test("a ticket of a lost policy that lost its ladder too gets the present one", () => {
    const house = fresh();
    house.take({ type: "conditions", transitions: [trapped("lift-1")] }, TEN);
    house.papers.clear();
    house.tickets.set(of(house, "lift-1").no, { ...of(house, "lift-1"), ladder: [] });
    edit(house, siteWith(edited), at(1));
    expect(ids(of(house, "lift-1"))).toContain("new-not-acknowledged");
    expect(ids(of(house, "lift-1"))).toContain("entrapment-not-accepted");
  });
});

function put(house: PureHouse, id: string, change: object): void {
  house.papers.set(id, { ...house.papers.get(id), ...change } as never);
}

test("policies survive a restart and a restored backup, and the ticket goes by its own in both", async () => {
  using folder = createDataFolder();
  using restored = createDataFolder();
  const clock = createManualClock(TEN);
  const open = async (path: string, site: Site) => {
    const store = await openStore({ folder: path, clock });
    const measure = { committed: () => {}, decided: () => {}, storeAway: () => {} };
    const kept = await store.load(clock.now());
    const door = createPipeline({ site, kept, store, engine: idle, feed: createFeed(), clock, measure });
    await door.take({ type: "started", judged });
    return { store, door };
  };
  const first = await open(folder.path, siteWith(policy));
  await first.door.take({ type: "conditions", transitions: [trapped("lift-1")] });
  await first.store.backup(join(restored.path, "house.db"));
  await first.store[Symbol.asyncDispose]();

  for (const path of [folder.path, restored.path]) {
    const { store, door } = await open(path, siteWith(edited));
    await using _store = store;
    const [ticket] = door.house.tickets.values();
    const command = { do: "ticket-step" as const, ticket: ticket?.no ?? "", step: "acknowledge" as const };
    await door.take({ type: "command", id: `a-${path}`, actor: operator, command });
    const after = door.house.tickets.get(ticket?.no ?? "");
    expect(after?.acknowledgeExpiresAt).toBe(at(10));
    expect(ids(after as Ticket)).not.toContain("new-not-acknowledged");
    expect(await store.verify()).toMatchObject({ ok: true });
    expect([...door.house.outbox.values()].some((one) => one.step === "policy-lost")).toBe(false);
  }
});
