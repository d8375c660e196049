/** The driver `opcua` against the contract of all drivers: one real server process, each peer a cable of its own to it. */
import { afterAll, beforeAll } from "vitest";
import { drivers } from "../../../drivers/catalog.ts";
import type { Driver } from "../../../drivers/driver.ts";
import { driverContract, type Peer } from "../../contracts/driver-contract.ts";
import { driverTools } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { freePort, type RunningServer, startCable, startServer } from "./start-server.ts";
import { trustAtFirst, trustBothWays } from "./trusting.ts";

const user = { name: "gatehouse", password: "correct horse" };
const { folder } = driverTools(createRecorder());
let server: RunningServer | undefined;
let guarded: RunningServer | undefined;
beforeAll(async () => {
  // Both make their keys first, which takes its time on a busy machine.
  [server, guarded] = await Promise.all([
    startServer({ sessionTimeout: 10_000 }),
    startServer({ secured: true, user }),
  ]);
}, 180_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await guarded?.[Symbol.asyncDispose]();
});

const plant = "nsu=urn:test:plant";

async function startPlant(to: RunningServer | undefined, more: object): Promise<Peer> {
  if (!to) throw new Error("the server has not started");
  const cable = await startCable(to.port);
  return {
    settings: { endpoint: `opc.tcp://127.0.0.1:${cable.port}`, timeout: "3s", publishing: "200ms", ...more },
    secrets: [user.password],
    points: [
      { at: `${plant};s=Level`, raw: 1.5 },
      { at: `/Objects/${plant};Plant/Running`, raw: 1 },
    ],
    silence: cable.cut,
    vanish: cable.close,
    connections: cable.connections,
    accepted: cable.accepted,
    hangUp: cable.hangUp,
    flood: cable.flood,
    [Symbol.asyncDispose]: () => cable[Symbol.asyncDispose](),
  };
}

driverContract({
  driver: drivers.get("opcua") as Driver<unknown, unknown>,
  startPeer: () => startPlant(server, { security: "none" }),
  async startGuarded() {
    if (guarded) await trustBothWays(guarded, folder, user);
    const peer = await startPlant(guarded, { security: "sign-and-encrypt", timeout: "20s", user });
    const { endpoint } = peer.settings as { endpoint: string };
    await trustAtFirst(endpoint, folder);
    return peer;
  },
  // Each is a handshake, a session, a subscription and a wait for its first message, in which the others go on.
  lanes: 10,
  nobody: async () => ({ endpoint: `opc.tcp://127.0.0.1:${await freePort()}`, security: "none" }),
  badSettings: [
    undefined,
    null,
    "opc.tcp://a:4840",
    {},
    { endpoint: "opc.tcp://a:4840" },
    { endpoint: "a:4840", security: "none" },
    { endpoint: "http://a:4840", security: "none" },
    { endpoint: "opc.tcp://", security: "none" },
    { endpoint: "opc.tcp://a:70000", security: "none" },
    { endpoint: "opc.tcp://me:secret@a:4840", security: "none" },
    { endpoint: "opc.tcp://a", security: "None" },
    { endpoint: "opc.tcp://a", security: "auto" },
    { endpoint: "opc.tcp://a", security: "none", policy: "Basic256Sha256" },
    { endpoint: "opc.tcp://a", security: "none", user: { name: "a", password: "b" } },
    { endpoint: "opc.tcp://a", security: "sign", policy: "Basic256" },
    { endpoint: "opc.tcp://a", security: "sign", policy: "Basic128Rsa15" },
    { endpoint: "opc.tcp://a", security: "sign", user: { name: "a" } },
    { endpoint: "opc.tcp://a", security: "sign", user: { certificate: "x", privateKey: "y" } },
    { endpoint: "opc.tcp://a", security: "none", publishing: "1ms" },
    { endpoint: "opc.tcp://a", security: "none", sampling: 100 },
    { endpoint: "opc.tcp://a", security: "none", mode: "push" },
    { endpoint: "opc.tcp://a", security: "none", timeout: "2h" },
    { endpoint: "opc.tcp://a", security: "none", host: "a" },
  ],
  badAddresses: [
    undefined,
    12,
    "",
    "Level",
    "ns=2;s=Level",
    "nsu=;s=Level",
    "nsu=urn:x;s=",
    "nsu=urn:x;q=1",
    "nsu=urn:x;i=-1",
    "nsu=urn:x;i=4294967296",
    "nsu=urn:x;i=1.5",
    "nsu=urn:x;g=12",
    "nsu=urn:x;b=$$",
    "/",
    "/Objects/",
    "/Objects//Level",
    "/Objects/2:Plant/Level",
    "/Plant/Level",
    "method:",
    "method:nsu=urn:x;s=Door",
    "method:i=85;Open",
  ],
});
