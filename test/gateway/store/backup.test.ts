/** A copy that meets a commit. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { backup } from "../../../gateway/store/sqlite/backup.ts";
import { openDatabase } from "../../../gateway/store/sqlite/database.ts";
import { createDataFolder } from "../../support/data-folder.ts";

test("a copy begun in the middle of a commit is made all the same, and holds what was committed", async () => {
  using folder = createDataFolder();
  using database = openDatabase(folder.path);
  const file = join(folder.path, "copy.db");
  database.connection.exec("BEGIN IMMEDIATE; INSERT INTO note VALUES ('half', 'way')");
  const copying = backup(database, file);
  // The copy has its turn on the machine's other threads before the commit ends.
  for (let turn = 0; turn < 20; turn += 1) await stat(folder.path);
  database.connection.exec("COMMIT");
  await copying;
  const copy = new DatabaseSync(file, { readOnly: true });
  expect(copy.prepare("SELECT text FROM note WHERE name = 'half'").get()).toEqual({ text: "way" });
  copy.close();
});
