import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { milliseconds, seconds } from "#model/time";
import { createStoreClient, type Line, type StoreNews } from "../../../gateway/store/sqlite/client.ts";
import type { FromWorker, ToWorker } from "../../../gateway/store/sqlite/messages.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { anAlarm, aPlan } from "../../support/stored-things.ts";

/** The disk's end of the line, played by the test: it answers when told to, or never. */
function startWithSlowDisk() {
  const { port1, port2 } = new MessageChannel();
  const clock = createManualClock();
  const news: StoreNews[] = [];
  const gone = Promise.withResolvers<Error | undefined>();
  const line: Line = {
    send: (message) => port1.postMessage(message),
    listen: (hear) => void port1.on("message", hear),
    gone: gone.promise,
  };
  const store = createStoreClient(line, clock, (item) => news.push(item));
  const inbox: ToWorker[] = [];
  let wake = () => {};
  port2.on("message", (message: ToWorker) => {
    inbox.push(message);
    if (message.do === "close") {
      port1.close();
      gone.resolve(undefined);
    }
    wake();
  });
  return {
    clock,
    store,
    news,
    die: (error: Error) => gone.resolve(error),
    say: (message: FromWorker) => port2.postMessage(message),
    /** The next request, whatever it is. */
    async asked(): Promise<ToWorker & { id: number }> {
      while (inbox.length === 0) {
        await new Promise<void>((done) => {
          wake = done;
        });
      }
      return inbox.shift() as ToWorker & { id: number };
    },
  };
}

const plan = (count: number) => aPlan({ alarms: [anAlarm("a@d", { count })] });
const because = { zh: "磁盘已满", en: "The disk is full" };

test("a commit within 200 ms is stored", async () => {
  const disk = startWithSlowDisk();
  const committed = disk.store.commit(plan(1), 1);
  const { id } = await disk.asked();
  await disk.clock.advance(milliseconds(199));
  disk.say({ say: "done", id, value: undefined });
  expect(await committed).toEqual({ outcome: "stored" });
  expect(disk.news).toEqual([]);
  await disk.store[Symbol.asyncDispose]();
});

test("after 200 ms the answer is away; later commits do not wait; all settle in order when the disk is back", async () => {
  const disk = startWithSlowDisk();
  const first = disk.store.commit(plan(1), 1);
  const one = await disk.asked();
  await disk.clock.advance(milliseconds(200));
  const away = await first;
  expect(away).toMatchObject({ outcome: "away", because: { en: expect.stringContaining("200 ms") } });

  const second = await disk.store.commit(plan(2), 2);
  expect(second.outcome).toBe("away");
  const two = await disk.asked();
  expect(two).toMatchObject({ do: "commit", firstSeq: 2 });

  const order: number[] = [];
  if (away.outcome !== "away" || second.outcome !== "away") throw new Error("not away");
  const both = [away.settled.then(() => order.push(1)), second.settled.then(() => order.push(2))];
  disk.say({ say: "done", id: one.id, value: undefined });
  disk.say({ say: "done", id: two.id, value: undefined });
  await Promise.all(both);
  expect(order).toEqual([1, 2]);
  expect(disk.news.map((item) => item.state)).toEqual(["away", "back"]);

  const third = disk.store.commit(plan(3), 3);
  disk.say({ say: "done", id: (await disk.asked()).id, value: undefined });
  expect(await third).toEqual({ outcome: "stored" });
  await disk.store[Symbol.asyncDispose]();
});

test("a refusing disk is asked again after 0.2, 0.4, 0.8 … at most 5 s, and people are told once", async () => {
  const disk = startWithSlowDisk();
  const committed = disk.store.commit(plan(1), 1);
  const { id } = await disk.asked();
  disk.say({ say: "stuck", because });
  expect(await committed).toMatchObject({ outcome: "away", because });
  for (const pause of [200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    await disk.clock.advance(milliseconds(pause - 1));
    // A question that gets in first shows that no retry was sent before its time.
    const question = disk.store.ticket("GD-1").catch(() => {});
    const asked = await disk.asked();
    expect(asked.do).toBe("ticket");
    disk.say({ say: "done", id: asked.id, value: undefined });
    await question;
    await disk.clock.advance(milliseconds(1));
    expect((await disk.asked()).do).toBe("retry");
    const heard = disk.store.ticket("GD-1");
    disk.say({ say: "stuck", because });
    disk.say({ say: "done", id: (await disk.asked()).id, value: undefined });
    await heard;
  }
  expect(disk.news.map((item) => item.state)).toEqual(["away"]);
  disk.say({ say: "done", id, value: undefined });
  await disk.store[Symbol.asyncDispose]();
});

test("a disk that was slow and is now full is told a second time: there is something else to do about it", async () => {
  const disk = startWithSlowDisk();
  const committed = disk.store.commit(plan(1), 1);
  const { id } = await disk.asked();
  await disk.clock.advance(milliseconds(200));
  await committed;
  disk.say({ say: "stuck", because });
  const heard = disk.store.ticket("GD-1");
  disk.say({ say: "done", id: (await disk.asked()).id, value: undefined });
  await heard;
  expect(disk.news.map((item) => item.because.en)).toEqual([expect.stringContaining("200 ms"), because.en]);
  disk.say({ say: "done", id, value: undefined });
  await disk.store[Symbol.asyncDispose]();
});

test("a question to a hanging disk is given up after 5 s, in words", async () => {
  const disk = startWithSlowDisk();
  const answer = disk.store.ticket("GD-1");
  await disk.asked();
  const refused = expect(answer).rejects.toMatchObject({ name: "StoreTrouble", kind: "away" });
  await disk.clock.advance(seconds(5));
  await refused;
  await disk.store[Symbol.asyncDispose]();
});

test("a stop tells how much could not be written, after waiting 5 s for the disk", async () => {
  const disk = startWithSlowDisk();
  const committed = disk.store.commit(plan(1), 1);
  await disk.asked();
  disk.say({ say: "stuck", because });
  await committed;
  const stopped = expect(disk.store[Symbol.asyncDispose]()).rejects.toMatchObject({
    message: expect.stringContaining("1 happenings could not be written to house.db. The disk is full"),
  });
  expect((await disk.asked()).do).toBe("retry");
  await disk.clock.advance(seconds(5));
  await stopped;
});

test("when the thread dies, nobody waits for it for ever", async () => {
  const disk = startWithSlowDisk();
  const committed = disk.store.commit(plan(1), 1);
  const loading = disk.store.load(disk.clock.now());
  disk.die(new Error("out of memory"));
  await expect(committed).rejects.toThrow("out of memory");
  await expect(loading).rejects.toThrow("out of memory");
  await expect(disk.store.verify()).rejects.toThrow("out of memory");
});
