/** Accounts from the command line, while the gateway is stopped. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { instant } from "#model/time";
import { createClock } from "../../../gateway/clock.ts";
import { createPasswordHasher } from "../../../gateway/people/password-hash.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { gatehouse } from "./gatehouse.ts";

const DEMO = fileURLToPath(new URL("../../../simulators/demo-site", import.meta.url));
const PASSWORD = "copper kettle 41!";
// Each test starts several processes, and a machine that does other things starts them slowly.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let folder: ReturnType<typeof createDataFolder>;

beforeAll(async () => {
  folder = createDataFolder();
  const added = await gatehouse(
    folder.path,
    ["user", "add", DEMO, "wang", "--role", "admin", "--name", "王工"],
    `${PASSWORD}\n`,
  );
  expect(added).toMatchObject({ code: 0, err: "" });
});
afterAll(() => folder[Symbol.dispose]());

const accounts = async () => {
  await using store = await openStore({ folder: folder.path, clock: createClock() });
  return (await store.load(instant(0))).accounts;
};

test("an account is added with a piped password, of which only the hash is kept", async () => {
  const [wang] = await accounts();
  expect(wang).toMatchObject({ id: "wang", name: "王工", role: "admin", state: "active" });
  expect(wang?.password).toMatch(/^\$argon2id\$/);
  expect(await createPasswordHasher().verify(PASSWORD, wang?.password)).toBe(true);
});

test("a second one gets another role and password, is disabled and listed; the journal stays whole", async () => {
  const other = "silver anvil 77?";
  expect((await gatehouse(folder.path, ["user", "add", DEMO, "li", "--role", "viewer"], PASSWORD)).code).toBe(0);
  expect((await gatehouse(folder.path, ["user", "role", DEMO, "li", "operator"])).code).toBe(0);
  expect((await gatehouse(folder.path, ["user", "password", DEMO, "li"], `${other}\n`)).code).toBe(0);
  expect((await gatehouse(folder.path, ["user", "disable", DEMO, "li"])).code).toBe(0);
  const { out } = await gatehouse(folder.path, ["user", "list", DEMO]);
  expect(out.trim().split("\n")).toEqual(["li\toperator\tdisabled\tli", "wang\tadmin\tactive\t王工"]);
  const li = (await accounts()).find(({ id }) => id === "li");
  expect(await createPasswordHasher().verify(other, li?.password)).toBe(true);
  await using store = await openStore({ folder: folder.path, clock: createClock() });
  expect(await store.verify()).toMatchObject({ ok: true });
});

test.each([
  [["add", DEMO, "wang", "--role", "admin"], PASSWORD, 1, "exists already"],
  [["add", DEMO, "zhao", "--role", "king"], PASSWORD, 64, "viewer operator"],
  [["add", DEMO, "../zhao", "--role", "admin"], PASSWORD, 1, "2 to 32 characters"],
  [["add", DEMO, "zhao", "--role", "viewer"], "password", 1, "12 to 128 characters"],
  [["add", DEMO, "zhao", "--role", "viewer"], "", 1, "12 to 128 characters"],
  [["role", DEMO, "nobody", "viewer"], "", 1, "no account nobody"],
  [["disable", DEMO, "wang"], "", 1, "last admin"],
  [["password", DEMO, "wang", PASSWORD], "", 64, "gatehouse <command>"],
  [["list", "/nowhere/at/all"], "", 78, "/nowhere/at/all"],
  [["fire", DEMO, "wang"], "", 64, "gatehouse <command>"],
])("user %j is refused with a sentence", async (args, input, code, sentence) => {
  const ended = await gatehouse(folder.path, ["user", ...args], input);
  expect(ended).toMatchObject({ code, out: "" });
  expect(ended.err).toContain(sentence);
  expect(ended.err).not.toMatch(/^\s+at /m);
  expect((await accounts()).map(({ id }) => id)).not.toContain("zhao");
});
