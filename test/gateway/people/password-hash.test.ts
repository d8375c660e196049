import { argon2Sync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createPasswordHasher, isOutdated } from "../../../gateway/people/password-hash.ts";

describe("argon2id hashes", () => {
  test("hold their parameters, a salt of their own, and verify", async () => {
    const hasher = createPasswordHasher();
    const [a, b] = await Promise.all([hasher.hash("电梯 lift 7!"), hasher.hash("电梯 lift 7!")]);
    expect(a).toMatch(/^\$argon2id\$v=19\$m=65536,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(a).not.toBe(b);
    expect(await hasher.verify("电梯 lift 7!", a)).toBe(true);
    expect(await hasher.verify("电梯 lift 7! ", a)).toBe(false);
  });

  test("of older parameters still verify and are known to be old", async () => {
    const salt = Buffer.alloc(16, 7);
    const tag = argon2Sync("argon2id", {
      message: "x",
      nonce: salt,
      parallelism: 1,
      tagLength: 32,
      memory: 19_456,
      passes: 2,
    });
    const bare = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
    const old = `$argon2id$v=19$m=19456,t=2,p=1$${bare(salt)}$${bare(tag)}`;
    const hasher = createPasswordHasher();
    expect(await hasher.verify("x", old)).toBe(true);
    expect(isOutdated(old)).toBe(true);
    const fresh = await hasher.hash("x");
    expect(fresh !== "busy" && isOutdated(fresh)).toBe(false);
  });

  test.each([undefined, "", "$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA", "garbage"])(
    "an unknown user or a broken row (%j) is tried like a real one and is never right",
    async (row) => {
      expect(await createPasswordHasher().verify("x", row)).toBe(false);
    },
  );

  test("an empty password is refused before it is hashed", () => {
    expect(() => createPasswordHasher().hash("")).toThrow();
  });
});

test("two run at once, the room beyond the queue is told busy, and the queue is served in the end", async () => {
  const hasher = createPasswordHasher({ atOnce: 2, waiting: 3 });
  const all = await Promise.all(Array.from({ length: 8 }, () => hasher.hash("correct horse 1!")));
  expect(all.filter((one) => one === "busy")).toHaveLength(3);
  expect(await hasher.verify("correct horse 1!", all[0])).toBe(true);
});
