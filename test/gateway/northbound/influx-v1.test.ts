/**
 * The v1 write endpoint of InfluxDB 2.x. There is no such server among Debian's packages: a local one answers as the
 * documentation (docs.influxdata.com/influxdb/v2/api/write-data-v1-compatible) and the server's own write_handler.go say:
 * `Authorization: Token …`, 204, 401, 404 "no dbrp mapping found", 422 with a partial write. What 3.x answers is in
 * judge.test.ts.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createDataFolder } from "../../support/data-folder.ts";
import { influxTarget, startNorth } from "./stand.ts";

const TOKEN = "right-token-of-the-bucket";

interface Answer {
  readonly status: number;
  readonly body?: object;
}

/** `mapped`: database and retention policy that lead to a bucket. `oldest`: points before it are refused (ms). */
async function startV1Endpoint(mapped: { readonly db: string; readonly rp?: string }, oldest = 0) {
  const bucket: string[] = [];
  const asked: string[] = [];
  const answerTo = (url: URL, authorization: string, body: string): Answer => {
    if (authorization !== `Token ${TOKEN}`) {
      return { status: 401, body: { code: "unauthorized", message: "unauthorized access" } };
    }
    if (url.pathname !== "/write") return { status: 404, body: { code: "not found", message: "path not found" } };
    const { searchParams: query } = url;
    if (query.get("db") !== mapped.db || (query.get("rp") ?? undefined) !== mapped.rp) {
      return { status: 404, body: { code: "not found", message: "no dbrp mapping found" } };
    }
    const lines = body.split("\n");
    const scale = query.get("precision") === "ms" ? 1 : 1e6;
    const old = lines.filter((line) => Number(line.slice(line.lastIndexOf(" "))) / scale < oldest);
    bucket.push(...lines.filter((line) => !old.includes(line)));
    if (old.length === 0) return { status: 204 };
    return {
      status: 422,
      body: {
        code: "unprocessable entity",
        message: `failure writing points to database: partial write: points beyond retention policy dropped=${old.length}`,
      },
    };
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? "/", "http://x");
    asked.push(`${request.method} ${url.pathname}${url.search}`);
    const { status, body } = answerTo(url, String(request.headers.authorization), Buffer.concat(chunks).toString());
    response.writeHead(status, { "content-type": "application/json" }).end(body ? JSON.stringify(body) : undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

test("a token of 2.x or 3.x and the retention policy that is mapped to a bucket: 204, everything is there", async () => {
  using folder = createDataFolder();
  await using there = await startV1Endpoint({ db: "gatehouse", rp: "two_years" });
  const target = influxTarget(there.url, { token: TOKEN, retentionPolicy: "two_years" });
  await using house = await startNorth(folder.path, { north: { influx: target } });
  house.say("lift-1.speed", 1.5);
  await house.raise("elevator.entrapment", "lift-1");
  await house.until("all is sent", () => there.bucket.length >= 2 && house.isEmpty());
  expect(there.asked).toContain("POST /write?db=gatehouse&precision=ms&rp=two_years");
  expect(there.asked).toContain("POST /write?db=gatehouse&rp=two_years");
  expect(there.bucket.map((line) => line.split(",")[0])).toEqual(expect.arrayContaining(["alarm", "point"]));
  expect(house.said).toEqual([]);
});

test("a wrong token, and a database without a bucket, are told in both languages and lose nothing", async () => {
  using folder = createDataFolder();
  await using there = await startV1Endpoint({ db: "gatehouse" });
  for (const [wrong, en, zh] of [
    [{ token: "wrong-token-of-somebody" }, /does not accept the user, password or token/, /不接受用户名、密码或令牌/],
    [{ token: TOKEN, database: "elsewhere" }, /has no database elsewhere \(no dbrp mapping found\)/, /bucket 映射/],
  ] as const) {
    await using house = await startNorth(folder.path, { north: { influx: influxTarget(there.url, wrong) } });
    house.say("lift-1.speed", 2);
    await house.until("it is told", () => house.said.some(({ because }) => en.test(because)));
    await house.until("it stands there", () => zh.test(house.standing()?.because?.zh ?? ""));
    expect(JSON.stringify(house.said)).not.toContain(wrong.token);
    expect(house.dropped.size).toBe(0);
  }
  expect(there.bucket).toEqual([]);
  await using house = await startNorth(folder.path, { north: { influx: influxTarget(there.url, { token: TOKEN }) } });
  await house.until("what had waited is there", () => there.bucket.length >= 2 && house.isEmpty());
  expect(there.bucket.filter((line) => line.includes("value=2")).length).toBeGreaterThanOrEqual(2);
});

test("what lies before the bucket's time is refused for good by 422, counted, and holds up nothing", async () => {
  using folder = createDataFolder();
  await using there = await startV1Endpoint({ db: "gatehouse" }, 4e12);
  await using house = await startNorth(folder.path, { north: { influx: influxTarget(there.url, { token: TOKEN }) } });
  house.say("lift-1.speed", 2);
  await house.until("it is counted", () => house.dropped.get("north-influx-refused") === 1);
  await house.until("nothing waits", () => house.isEmpty());
});
