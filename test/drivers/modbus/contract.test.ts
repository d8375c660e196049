/** The three drivers of Modbus against the contract of all drivers. */
import { drivers } from "../../../drivers/catalog.ts";
import type { Driver } from "../../../drivers/driver.ts";
import { driverContract } from "../../contracts/driver-contract.ts";
import { havePty, openPty } from "./pty.ts";
import { honestRtu, startRtuDevice } from "./rtu-device.ts";
import { honest, type Memory, startSpecDevice } from "./spec-device.ts";

const memory: Memory = (_unit, code, address) => (code <= 2 ? address % 2 : address * 3);
const points = [
  { at: "holding:100", raw: 300 },
  { at: "coil:7", raw: 1 },
];
const driverOf = (kind: string) => drivers.get(kind) as Driver<unknown, unknown>;

driverContract({
  driver: driverOf("modbus-tcp"),
  async startPeer() {
    const device = await startSpecDevice(honest(memory));
    return {
      settings: { host: "127.0.0.1", port: device.port, timeout: "50ms" },
      points,
      silence: () => device.behave(() => undefined),
      flood: (bytes) => {
        for (const socket of device.sockets) socket.write(bytes);
      },
      hangUp: () => {
        for (const socket of device.sockets) socket.destroy();
      },
      vanish: device.vanish,
      connections: () => device.sockets.size,
      accepted: device.accepted,
      [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
    };
  },
  async nobody() {
    await using gone = await startSpecDevice(() => undefined);
    return { host: "127.0.0.1", port: gone.port };
  },
  badSettings: [
    undefined,
    null,
    "127.0.0.1",
    {},
    { host: "" },
    { host: 5 },
    { host: "a", port: 0 },
    { host: "a", port: 65_536 },
    { host: "a", port: "http" },
    { host: "a", port: 1.5 },
    { host: "a", port: "" },
    { host: "a", port: 65_000, portOffset: 536 },
    { host: "a", portOffset: -1 },
    { host: "a", maxInFlight: 0 },
    { host: "a", timeout: 1_000 },
    { host: "a", timeout: "soon" },
    { host: "a", timeout: "0s" },
    { host: "a", timeout: "2h" },
    { host: "a", maxGap: 500 },
    { host: "a", baudRate: 9_600 },
  ],
  badAddresses: [
    undefined,
    12,
    "",
    "40001",
    "4x0001",
    "holding",
    "holding:",
    "holding:-1",
    "holding:65536",
    "holding:1e3",
    "Holding:1",
    "holding:12:u8",
    "holding:12.16",
    "holding:12.3:u16",
    "holding:65535:u32",
    "holding:65533:f64",
    "holding:1:f32:ABDC",
    "holding:1:u16:CDAB",
    "holding:1:u8hi:BADC",
    "holding:1:str0",
    "holding:1:str251",
    "holding:1:str8:CDAB",
    "holding:1:f32:ABCD:x",
    "coil:7:u16",
    "coil:7.1",
    "constructor:1",
    "holding:1:toString",
  ],
});

driverContract({
  driver: driverOf("modbus-rtu-over-tcp"),
  async startPeer() {
    const device = await startRtuDevice(honestRtu(memory));
    return {
      settings: { host: "127.0.0.1", port: device.port, timeout: "50ms" },
      points,
      silence: () => device.behave(() => undefined),
      flood: (bytes) => {
        for (const socket of device.sockets) socket.write(bytes);
      },
      hangUp: () => {
        for (const socket of device.sockets) socket.destroy();
      },
      vanish: device.vanish,
      connections: () => device.sockets.size,
      accepted: device.accepted,
      [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
    };
  },
  async nobody() {
    await using gone = await startRtuDevice(() => undefined);
    return { host: "127.0.0.1", port: gone.port };
  },
  badSettings: [
    undefined,
    {},
    { host: "a" },
    { host: "a", port: 4_001, maxInFlight: 2 },
    { host: "a", port: 4_001, baudRate: 0 },
    { host: "a", port: 4_001, pause: "2s" },
    { host: "a", port: 4_001, parity: "even" },
  ],
  badAddresses: [undefined, "40001"],
});

if (havePty) {
  driverContract({
    driver: driverOf("modbus-rtu"),
    async startPeer() {
      const device = await startRtuDevice(honestRtu(memory));
      const pty = await openPty(device.port);
      return {
        settings: { path: pty.path, baudRate: 115_200, parity: "none", timeout: "50ms" },
        points,
        silence: () => device.behave(() => undefined),
        flood: (bytes) => {
          for (const socket of device.sockets) socket.write(bytes);
        },
        vanish: pty.vanish,
        connections: pty.opened,
        async [Symbol.asyncDispose]() {
          await pty[Symbol.asyncDispose]();
          await device[Symbol.asyncDispose]();
        },
      };
    },
    nobody: async () => ({ path: "/dev/ttyNobody", baudRate: 9_600, parity: "none" }),
    badSettings: [
      undefined,
      {},
      { path: "/dev/ttyUSB0" },
      { path: "/dev/ttyUSB0", baudRate: 9_600 },
      { path: "", baudRate: 9_600, parity: "none" },
      { path: "/dev/ttyUSB0", baudRate: 50, parity: "none" },
      { path: "/dev/ttyUSB0", baudRate: 9_600, parity: "mark" },
      { path: "/dev/ttyUSB0", baudRate: 9_600, parity: "none", dataBits: 7 },
      { path: "/dev/ttyUSB0", baudRate: 9_600, parity: "none", stopBits: 3 },
      { path: "/dev/ttyUSB0", baudRate: 9_600, parity: "none", host: "a" },
    ],
    badAddresses: [undefined, "40001"],
  });
}
