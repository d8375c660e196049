/**
 * A house that does nothing but commit: prints the last stored seq after each answer.
 * Ended from outside: by SIGKILL at once, by SIGTERM with a verdict on its own file.
 */
import { writeSync } from "node:fs";
import { instant } from "#model/time";
import { createClock } from "../../gateway/clock.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import { anAlarm, aPlan } from "./stored-things.ts";

const [folder, room = "0"] = process.argv.slice(2);
const store = await openStore({
  folder: folder!,
  clock: createClock(),
  tell: (news) => writeSync(1, `${news.state} ${news.because.en}\n`),
});
let running = true;
process.once("SIGTERM", () => {
  running = false;
});
let { lastSeq } = await store.load(instant(0));
while (running) {
  const alarms = Array.from({ length: 1 + (lastSeq % 3) }, (_, i) =>
    anAlarm(`rule-${i}@device`, { count: lastSeq, comment: "x".repeat(Number(room)) }),
  );
  const committed = await store.commit(aPlan({ alarms }), lastSeq + 1);
  lastSeq += alarms.length;
  if (committed.outcome === "stored") writeSync(1, `stored ${lastSeq}\n`);
  else {
    writeSync(1, `waiting ${lastSeq}\n`);
    await committed.settled;
    writeSync(1, `settled ${lastSeq}\n`);
  }
}

writeSync(1, `verdict ${JSON.stringify({ ...(await store.verify()), lastSeq })}\n`);
await store[Symbol.asyncDispose]();
