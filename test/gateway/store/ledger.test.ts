import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planRows } from "../../../gateway/store/rows.ts";
import { openLedger } from "../../../gateway/store/sqlite/ledger.ts";
import { verify } from "../../../gateway/store/sqlite/verify.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { anAlarm, aPlan } from "../../support/stored-things.ts";

const planOf = (count: number) => planRows(aPlan({ alarms: [anAlarm("a@d", { count }), anAlarm("b@d", { count })] }));
const noRest = async () => {};

test("a plan whose commit failed although it reached the disk is not written a second time", () => {
  using folder = createDataFolder();
  using ledger = openLedger(folder.path);
  ledger.commit(planOf(1), 1);
  ledger.commit(planOf(2), 3);
  ledger.commit(planOf(2), 3);
  expect(ledger.head.seq).toBe(4);
  expect(ledger.database.all("journalAfter", [0, 99])).toHaveLength(4);
});

test("another plan under the same numbers is refused", () => {
  using folder = createDataFolder();
  using ledger = openLedger(folder.path);
  ledger.commit(planOf(1), 1);
  expect(() => ledger.commit(planOf(9), 1)).toThrow("The journal goes on at 3, and the plan begins at 1.");
  expect(() => ledger.commit(planOf(1), 2)).toThrow("The journal goes on at 3");
});

test("when the disk comes back without rows that were stored, their number is told and the gap stays", async () => {
  using folder = createDataFolder();
  using elsewhere = createDataFolder();
  const file = join(folder.path, "house.db");
  const old = join(elsewhere.path, "house.db");
  openLedger(folder.path)[Symbol.dispose]();
  copyFileSync(file, old);
  const before = openLedger(folder.path);
  before.commit(planOf(1), 1);
  before.commit(planOf(2), 3);
  before[Symbol.dispose]();

  copyFileSync(old, file);
  using after = openLedger(folder.path, before.head);
  expect(after.lost).toBe(4);
  after.commit(planOf(3), 5);
  expect(await verify(() => after.database, noRest)).toMatchObject({ ok: false, brokenAt: 1 });
});

test("SQL that names another file is refused", () => {
  using folder = createDataFolder();
  using ledger = openLedger(folder.path);
  expect(() => ledger.database.connection.exec(`ATTACH '${folder.path}/x.db' AS x`)).toThrow("not authorized");
  expect(() => ledger.database.connection.exec(`VACUUM INTO '${folder.path}/y.db'`)).toThrow(/denied|authorized/);
});
