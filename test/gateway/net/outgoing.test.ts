import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { milliseconds } from "#model/time";
import { ANSWER_LIMIT, type OutgoingRequest, post, request } from "../../../gateway/net/outgoing.ts";
import { OutgoingTrouble } from "../../../gateway/net/outgoing-trouble.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { needs } from "../../support/needs.ts";

async function listen(server: Server, scheme = "http") {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}/hook/path-secret?key=query-secret`,
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const serve = (listener: RequestListener) => listen(createServer(listener));
/** Says `bytes` to whoever connects, and then as the test likes. */
const speak = (bytes: string, then: (socket: Socket) => void = () => {}) =>
  listen(
    createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.write(bytes, () => then(socket)));
    }),
  );

const local = { method: "GET", allow: ["loopback"] } as const;
async function troubleOf(ask: OutgoingRequest): Promise<OutgoingTrouble> {
  const error = await request(ask).catch((e) => e);
  expect(error).toBeInstanceOf(OutgoingTrouble);
  expect(`${error.because.zh} ${error.because.en} ${error.stack}`).not.toMatch(/secret/);
  return error;
}

test("a post carries body, length and headers, asks for no encoding, and gives status and text back", async () => {
  let seen: unknown;
  await using far = await serve(async (incoming, response) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method, url, headers } = incoming;
    seen = { method, url, headers, body: Buffer.concat(chunks).toString() };
    response.writeHead(201, { "content-type": "application/json" }).end('{"好":1}');
  });
  const answer = await post({ url: far.url, body: '{"zh":"水"}', headers: { "webhook-id": "k" }, allow: ["loopback"] });
  expect(answer).toEqual({ status: 201, body: '{"好":1}', type: "application/json" });
  expect(seen).toMatchObject({
    method: "POST",
    url: "/hook/path-secret?key=query-secret",
    body: '{"zh":"水"}',
    headers: {
      "content-type": "application/json",
      "content-length": "12",
      "accept-encoding": "identity",
      "webhook-id": "k",
    },
  });
});

test("a redirect is an answer and is not followed", async () => {
  await using target = await serve((_, response) => response.end("secret"));
  await using far = await serve((_, response) => response.writeHead(302, { location: target.url }).end());
  expect(await request({ ...local, url: far.url })).toEqual({ status: 302, body: "", type: "" });
  expect(target.connections()).toBe(0);
});

test("an answer of 64 KiB is read, one byte more is dropped, told or not", async () => {
  await using exact = await serve((_, response) => response.end("x".repeat(ANSWER_LIMIT)));
  expect((await request({ ...local, url: exact.url })).body).toHaveLength(ANSWER_LIMIT);
  await using told = await serve((_, response) => response.end("x".repeat(ANSWER_LIMIT + 1)));
  expect(await troubleOf({ ...local, url: told.url })).toMatchObject({ problem: "too-large" });
  await using endless = await serve((_, response) => {
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(10_000)));
    };
    response.on("drain", more);
    more();
  });
  expect(await troubleOf({ ...local, url: endless.url })).toMatchObject({ problem: "too-large" });
});

test.each(["br", "gzip", "zstd", "deflate", "identity, br"])(
  "an answer encoded as %s is refused undecoded",
  async (coding) => {
    await using far = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": coding }).end(brotliCompressSync("hello"));
    });
    expect(await troubleOf({ ...local, url: far.url })).toMatchObject({ problem: "encoded" });
  },
);

test("whoever accepts and never answers, or answers a byte now and then, is left when the time is over", async () => {
  const limits = { totalWithin: milliseconds(150) };
  await using silent = await serve(() => {});
  expect(await troubleOf({ ...local, ...limits, url: silent.url })).toMatchObject({ problem: "too-slow" });
  await using dripping = await speak("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx");
  const trouble = await troubleOf({ ...local, ...limits, url: dripping.url });
  expect(trouble.because.en).toContain("did not finish its answer");
});

test("whoever accepts the connection and never shakes hands for TLS is left when connecting takes too long", async () => {
  await using mute = await listen(
    createTcpServer(() => {}),
    "https",
  );
  const trouble = await troubleOf({ ...local, url: mute.url, connectWithin: milliseconds(100) });
  expect(trouble.because.en).toContain("did not accept the connection in time");
});

test("the limit for connecting does not end a slow answer", async () => {
  await using far = await serve((_, response) => {
    setTimeout(() => response.end("late"), 200);
  });
  expect(await request({ ...local, url: far.url, connectWithin: milliseconds(50) })).toEqual({
    status: 200,
    body: "late",
    type: "",
  });
});

test.each([
  ["cut in the middle of the body", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", "broken"],
  ["cut in the middle of the head", "HTTP/1.1 200 OK\r\ncontent-le", "broken"],
  ["no HTTP at all", "SSH-2.0-OpenSSH_9.2\r\n", "broken"],
  ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "broken"],
  ["a head without end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`, "broken"],
  [
    "an upgrade that nobody asked for",
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    "broken",
  ],
])("an answer that is %s is a trouble, not a crash", async (_, bytes, problem) => {
  await using far = await speak(bytes, (socket) => socket.end());
  expect(await troubleOf({ ...local, url: far.url })).toMatchObject({ problem });
});

test("a closed port is told with the host and the code", async () => {
  const closed = await serve(() => {});
  await closed[Symbol.asyncDispose]();
  const trouble = await troubleOf({ ...local, url: closed.url });
  expect(trouble).toMatchObject({ problem: "no-connection" });
  expect(trouble.because.en).toContain(`127.0.0.1:${closed.port} cannot be reached (ECONNREFUSED)`);
});

test("the house's own neighbourhood is out of reach unless it is allowed, by number and by name", async () => {
  await using far = await serve((_, response) => response.end());
  const { port } = far;
  for (const host of [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f.1",
    "[::ffff:127.0.0.1]",
    "[::1]",
    "169.254.169.254",
  ]) {
    const trouble = await troubleOf({ method: "GET", url: `http://${host}:${port}/?key=query-secret` });
    expect(trouble.problem, host).toBe("not-allowed");
  }
  expect(far.connections()).toBe(0);
  expect((await request({ ...local, url: `http://localhost:${port}/` })).status).toBe(200);
  expect((await troubleOf({ ...local, allow: ["private"], url: far.url })).problem).toBe("not-allowed");
  expect((await troubleOf({ ...local, url: "http://169.254.169.254/latest" })).problem).toBe("not-allowed");
});

test.each([
  "",
  "not a url",
  "ftp://a.example/",
  "file:///etc/passwd",
  "http://user:secret@127.0.0.1/",
  "http://",
  "javascript:1",
])("%j is no address", async (url) => {
  expect(await troubleOf({ ...local, url })).toMatchObject({ problem: "bad-url" });
});

test("a stop from outside ends the call at once, also one that was stopped before it began", async () => {
  await using far = await serve(() => {});
  const stop = new AbortController();
  const call = troubleOf({ ...local, url: far.url, signal: stop.signal });
  stop.abort();
  expect(await call).toMatchObject({ problem: "stopped" });
  expect(await troubleOf({ ...local, url: far.url, signal: AbortSignal.abort() })).toMatchObject({
    problem: "stopped",
  });
});

const hasOpenssl = needs("openssl", "apt-get install openssl", spawnSync("openssl", ["version"]).status === 0);

test.runIf(hasOpenssl)("a certificate that nobody vouches for is refused, and the sentence says so", async () => {
  using folder = createDataFolder();
  const [key, cert] = [join(folder.path, "key.pem"), join(folder.path, "cert.pem")];
  const self = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  expect(spawnSync("openssl", [...self, "-subj", "/CN=localhost", "-keyout", key, "-out", cert]).status).toBe(0);
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end());
  await using far = await listen(server, "https");
  const trouble = await troubleOf({ ...local, url: far.url });
  expect(trouble).toMatchObject({ problem: "no-connection" });
  expect(trouble.because.en).toContain("is not to be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)");
});
