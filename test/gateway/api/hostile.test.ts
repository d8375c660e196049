import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { milliseconds, minutes, seconds } from "#model/time";
import { ErrorShape } from "../../../gateway/api/shapes.ts";
import { defaultLimits } from "../../../gateway/net/limits.ts";
import { type Answer, exchange, type Stand, startStand, testSite } from "./stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand({ site: testSite({ simulated: true }) });
});
afterAll(async () => stand[Symbol.asyncDispose]());

/** Whatever came in: a clean refusal, in both languages, that tells nothing of the inside. */
function expectCleanRefusal(answer: Answer, what: string): void {
  expect(answer.status, what).toBeGreaterThanOrEqual(400);
  expect(answer.status, what).not.toBe(500);
  expect(ErrorShape.strict().safeParse(answer.body).success, `${what}: ${answer.text}`).toBe(true);
  expect(answer.text, what).not.toMatch(/\bat \S+ \(|node_modules|\.ts:\d|gateway\/|FST_|SQLITE|ZodError/);
  expect(answer.headers["x-content-type-options"], what).toBe("nosniff");
}

const posts = () => stand.api.routes.filter((route) => route.method === "POST").map((route) => route.url);
const real = (url: string) =>
  url.replace("alarms/:id", "alarms/some.rule@lift-1").replace(":no", "GD20261121-000001").replace(":id", "wang");

const garbage: readonly [what: string, body: string][] = [
  ["no JSON", "hello"],
  ["half a JSON", '{"commandId": "12345678'],
  ["nothing but a bracket", "["],
  ["null", "null"],
  ["a number", "42"],
  ["a text", '"commandId"'],
  ["a list", "[]"],
  ["an empty object", "{}"],
  ["deep nesting", "[".repeat(100_000)],
  ["deep objects", '{"a":'.repeat(5_000)],
  ["a prototype", '{"__proto__":{"role":"admin"}}'],
  ["a constructor", '{"constructor":{"prototype":{"role":"admin"}}}'],
  ["unknown keys", '{"role":"admin","isAdmin":true}'],
  ["huge numbers", '{"occurrence":1e308,"days":9007199254740993}'],
  ["wrong types", '{"commandId":{"$gt":""},"occurrence":"1","user":["wang"],"password":{},"code":7,"name":null}'],
  ["NaN", '{"occurrence":NaN}'],
  ["controls", '{"comment":"a\\u0000b","note":"\\u202egnp.exe","commandId":"12345678","occurrence":1}'],
  ["broken UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]).toString("latin1")],
  ["a bomb of keys", JSON.stringify(Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`k${i}`, 1])))],
  ["a long id", `{"commandId":"${"x".repeat(10_000)}"}`],
];

describe("garbage as a body", () => {
  test.each(garbage)("%s is refused cleanly by every POST route", async (_what, body) => {
    const before = stand.door.taken.length;
    for (const url of posts()) {
      const answer = await stand.ask("POST", real(url), { as: "admin", body });
      // Stopping the simulators asks for nothing.
      if (url === "/api/simulator/stop" && (body === "{}" || body === "null")) continue;
      expectCleanRefusal(answer, url);
    }
    expect(stand.door.taken.length).toBe(before);
  });

  test("of any shape never breaks a route", async () => {
    const any = fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc.string({ maxLength: 200, unit: "binary" }),
      fc
        .record({ commandId: fc.string(), occurrence: fc.double(), comment: fc.string({ unit: "binary" }) })
        .map((v) => JSON.stringify(v)),
    );
    await fc.assert(
      fc.asyncProperty(any, fc.nat(), async (body, pick) => {
        const url = posts()[pick % posts().length] ?? "";
        const answer = await stand.ask("POST", real(url), { as: "admin", body });
        return answer.status !== 500 && !answer.text.includes("node_modules");
      }),
      { numRuns: 200 },
    );
  });

  test("says what is wrong and where", async () => {
    const answer = await stand.ask("POST", "/api/tickets", {
      as: "admin",
      body: '{\n  "class": "consult",\n  oops\n}',
    });
    expect(answer).toMatchObject({ status: 400, body: { code: "bad-json", detail: { line: 3, column: 3 } } });
    expect(answer.body.message.en).toContain("line 3, column 3");
    expect(answer.body.message.zh).toContain("第 3 行第 3 列");

    const shape = await stand.ask("POST", "/api/tickets", {
      as: "admin",
      body: { class: "flood", description: "x", commandId: "12345678", occurredAt: "yesterday" },
    });
    expect(shape.status).toBe(400);
    expect(shape.body.detail.map((one: { path: string }) => one.path)).toEqual(["body.class", "body.occurredAt"]);
    for (const one of shape.body.detail) expect(one.message.zh).toMatch(/[\u4e00-\u9fff]/);
  });

  test("that is too large is 413, at 256 KiB of JSON", async () => {
    const answer = await stand.ask("POST", "/api/tickets", {
      as: "admin",
      body: JSON.stringify({ note: "x".repeat(262_144) }),
    });
    expectCleanRefusal(answer, "large");
    expect(answer.status).toBe(413);
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "",
    "text/plain; application/json",
    "APPLICATION/JSON2",
  ])("with the content type %j is not read", async (type) => {
    const answer = await stand.ask("POST", "/api/tickets", {
      as: "admin",
      body: '{"class":"consult","description":"x","commandId":"12345678"}',
      headers: { "content-type": type },
    });
    if (answer.status === 201) throw new Error(`${type} was read`);
    expectCleanRefusal(answer, type);
    expect([400, 415]).toContain(answer.status);
  });
});

test.each([
  "application/json",
  "application/json\t;",
  "application/json; charset=utf-16",
  "APPLICATION/JSON",
  "application/json;x=y",
])("the content type %j is read, and what came is checked all the same", async (type) => {
  const answer = await stand.ask("POST", "/api/tickets", {
    as: "admin",
    body: '{"class":"flood","description":"x","commandId":"12345678"}',
    headers: { "content-type": type },
  });
  expectCleanRefusal(answer, type);
  expect(answer.body).toMatchObject({ code: "bad-request", detail: [{ path: "body.class" }] });
});

describe("garbage as a path or a query", () => {
  test.each([
    "/api/alarms/..%2f..%2fetc%2fpasswd",
    "/api/alarms/a@b%00c",
    "/api/alarms/%ff",
    "/api/alarms/%",
    `/api/alarms/${"a".repeat(300)}@b`,
    "/api/points/..%2fx",
    "/api/devices/%F0%9F%94%A5",
    "/api/tickets/GD20261121-1%27%20OR%201=1",
    "/api/tickets?state=everything",
    "/api/tickets?state=open&state=closed",
    "/api/tickets?limit=0",
    "/api/tickets?limit=99999999999999999999",
    "/api/alarms?state[]=active",
    "/api/alarms?__proto__=x",
    "/api/journal?from=yesterday",
    "/api/journal?about=account:../x",
    "/api/journal?about=ticket:a%27--",
    "/api/points?device=a&device=b",
    "/api/live/events?since=-1",
    "/api/live/events?since=1e5",
    "/api/live/events?view=all",
    "/api/nothing",
  ])("%s", async (path) => {
    const answer = await stand.ask("GET", path, { as: "admin" });
    expectCleanRefusal(answer, path);
  });
});

test("what breaks inside is told to the log with its place, and to the caller as one sentence", async () => {
  await using broken = await startStand();
  // A door that forgets to say which ticket it opened: the handler has nothing to answer with.
  const answer = await broken.ask("POST", "/api/tickets", {
    as: "operator",
    body: { class: "consult", description: "x", commandId: "12345678" },
  });
  expect(answer).toMatchObject({ status: 500, body: { code: "internal", message: { zh: expect.any(String) } } });
  expect(Object.keys(answer.body)).toEqual(["code", "message"]);
  expect(broken.logged).toHaveLength(2);
  expect(JSON.parse(broken.logged.at(-1) ?? "")).toMatchObject({
    level: "error",
    route: "POST /api/tickets",
    stack: expect.stringContaining("tickets.ts"),
  });
});

describe("a request from elsewhere", () => {
  test.each(["evil.example", `evil.example:80`, "127.0.0.1:1", "localhost.evil.example"])(
    "with Host %j is 421",
    async (host) => {
      const answer = await stand.ask("GET", "/healthz", { headers: { host } });
      expect([400, 421]).toContain(answer.status);
      if (answer.status === 421) expectCleanRefusal(answer, host);
    },
  );

  test("a form of another site is refused before anything is read", async () => {
    for (const type of [
      "application/x-www-form-urlencoded",
      "text/plain",
      "multipart/form-data; boundary=x",
      "application/json",
    ]) {
      for (const headers of [
        { origin: "http://evil.example" },
        { origin: "null" },
        { "sec-fetch-site": "cross-site" },
      ] as Record<string, string>[]) {
        const answer = await exchange(
          stand.port,
          "POST",
          "/api/session",
          { ...headers, "content-type": type },
          "user=wang&password=x",
        );
        expectCleanRefusal(answer, type);
        expect(answer).toMatchObject({ status: 403, body: { code: "foreign-origin" } });
      }
    }
  });

  test("our own page is heard", async () => {
    const answer = await stand.ask("POST", "/api/session", {
      body: { user: "wang" },
      headers: { origin: stand.url, "sec-fetch-site": "same-origin" },
    });
    expect(answer.body.code).toBe("bad-request");
  });

  test("X-Forwarded headers change nothing", async () => {
    const answer = await stand.ask("GET", "/healthz", {
      headers: { "x-forwarded-host": "evil.example", "x-forwarded-for": "1.2.3.4", forwarded: "host=evil.example" },
    });
    expect(answer.status).toBe(200);
  });
});

describe("headers of every answer", () => {
  test.each([
    ["GET", "/healthz", 200],
    ["GET", "/api/site", 401],
    ["GET", "/api/nothing", 404],
    ["POST", "/api/session", 400],
  ])("%s %s", async (method, path, status) => {
    const answer = await stand.ask(method, path, method === "POST" ? { body: {} } : {});
    expect(answer.status).toBe(status);
    const policy = String(answer.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(answer.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    });
    if (path.startsWith("/api")) expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["x-powered-by"]).toBeUndefined();
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("limits of the listener", () => {
  const raw = (port: number, text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      let said = "";
      socket.on("data", (chunk) => {
        said += chunk.toString();
      });
      socket.on("close", () => resolve(said));
      socket.on("error", reject);
      socket.end(text);
    });

  test("a head of more than 16 KiB, more than 100 headers, and what is no HTTP get their own words", async () => {
    const host = `host: 127.0.0.1:${stand.port}\r\n`;
    const large = await raw(stand.port, `GET /healthz HTTP/1.1\r\n${host}x: ${"y".repeat(17_000)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    expect(large).toContain('"code":"too-many-headers"');
    const many = Array.from({ length: 150 }, (_, i) => `x${i}: 1\r\n`).join("");
    expect(await raw(stand.port, `GET /healthz HTTP/1.1\r\n${host}connection: close\r\n${many}\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    const noise = await raw(stand.port, "\u0000\u0001 how are you\r\n\r\n");
    expect(noise).toMatch(/^HTTP\/1\.1 400 /);
    expect(noise).toContain('"code":"bad-request"');
  });

  test("a session that asks more than sixty times is told when to come back, and nobody else is held up", async () => {
    expect(defaultLimits.requests).toEqual({ count: 60, within: seconds(3) });
    // A long window, so that a slow machine does not let the session recover in between.
    await using busy = await startStand({ limits: { requests: { count: 60, within: minutes(5) } } });
    const answers: Answer[] = [];
    for (let i = 0; i < 61; i += 1) answers.push(await busy.ask("GET", "/api/site", { as: "viewer" }));
    expect(answers.slice(0, 60).every((answer) => answer.status === 200)).toBe(true);
    expect(answers[60]).toMatchObject({ status: 429, body: { code: "too-many-requests" } });
    expect(Number(answers[60]?.headers["retry-after"])).toBeGreaterThan(0);
    expect((await busy.ask("GET", "/api/site", { as: "operator" })).status).toBe(200);
  });

  test("a head that does not arrive in time is answered with 408 and closed", async () => {
    await using slow = await startStand({ limits: { headersWithin: milliseconds(100) } });
    const said = await new Promise<string>((resolve) => {
      const socket = connect(slow.port, "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk.toString();
      });
      socket.on("close", () => resolve(text));
      socket.on("error", () => {});
      socket.write("GET /healthz HTTP/1.1\r\nhost: ");
    });
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(said).toContain('"code":"too-slow"');
  });

  test("one address holds a limited number of connections; the next is closed", async () => {
    await using small = await startStand({ limits: { connectionsPerAddress: 3 } });
    const held = await Promise.all(
      [0, 1, 2].map(
        () =>
          new Promise<ReturnType<typeof connect>>((resolve) => {
            const socket = connect(small.port, "127.0.0.1", () => resolve(socket));
          }),
      ),
    );
    // The first three are known to the server once it has answered on each.
    await Promise.all(
      held.map((socket) => {
        socket.write(`GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:${small.port}\r\n\r\n`);
        return new Promise((resolve) => socket.once("data", resolve));
      }),
    );
    const closed = await new Promise((resolve) => {
      const socket = connect(small.port, "127.0.0.1");
      socket.on("close", () => resolve("closed"));
      socket.on("error", () => {});
    });
    expect(closed).toBe("closed");
    for (const socket of held) socket.destroy();
  });
});
