import { createServer } from "node:net";
import { expect, test } from "vitest";
import { CannotListen } from "../../../gateway/net/listen.ts";
import { startStand } from "./stand.ts";

test("a taken port is a sentence that names host, port and the variable, in both languages", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  const error = await startStand({ listen: { host: "127.0.0.1", port } }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CannotListen);
  const { text } = error as CannotListen;
  for (const sentence of [text.zh, text.en]) {
    expect(sentence).toContain(`127.0.0.1:${port}`);
    expect(sentence).toContain("GATEHOUSE_PORT");
  }
  await new Promise((resolve) => taken.close(resolve));
});

test("an address of another machine is told apart from a taken port", async () => {
  await expect(startStand({ listen: { host: "192.0.2.1", port: 8080 } })).rejects.toMatchObject({
    text: { en: expect.stringContaining("GATEHOUSE_HOST") },
  });
});

test("closing frees the port and ends connections that are kept alive", async () => {
  const stand = await startStand();
  expect((await stand.ask("GET", "/healthz")).body).toEqual({ status: "ok" });
  await stand[Symbol.asyncDispose]();
  const again = await startStand({ listen: { host: "127.0.0.1", port: stand.port } });
  expect(again.url).toBe(`http://127.0.0.1:${stand.port}`);
  await again[Symbol.asyncDispose]();
});
