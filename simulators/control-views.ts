/** What the control interface shows: devices, scenarios, faults, its own index. */
import type { Building } from "./building.ts";
import { scenarios } from "./scenarios/index.ts";
import { faultKind, faultKinds, isFaultName } from "./wire/faults.ts";

export function showDevices(building: Building) {
  return building.devices.map(({ device, line, unit }) => ({
    device: device.id,
    kind: device.kind,
    parts: device.parts,
    link: line.name,
    port: line.line.port ?? null,
    where: line.line.where,
    clients: line.line.clients,
    unit,
    playing: device.playing ?? null,
    faults: [...device.faults.faults.keys(), ...line.line.faults.keys()],
    set: Object.fromEntries(device.set),
    /** What the wire says when the line has no fault. */
    values: Object.fromEntries(
      Object.keys(device.plant.readings).map((point) => [point, Math.round(device.read(point) * 1000) / 1000]),
    ),
  }));
}

export function showScenarios() {
  return scenarios.map((scenario) => ({
    scenario: scenario.name,
    kind: scenario.kind,
    title: scenario.title,
    tells: scenario.tells,
    parameters: scenario.parameters,
    mustFollow: scenario.mustFollow.map(({ rule, severity, ticketClass, within }) => ({
      rule,
      severity,
      ticketClass,
      within,
    })),
    mustNotFollow: scenario.mustNotFollow,
    mayFollow: scenario.mayFollow ?? [],
  }));
}

export function showFaults() {
  return Object.keys(faultKinds)
    .filter(isFaultName)
    .map((fault) => ({ fault, ...faultKind(fault) }));
}

export const index = {
  name: "gatehouse-sim",
  tells: { zh: "模拟设备控制接口，仅供演练", en: "Control of the simulated building; for drills only" },
  routes: [
    "GET /devices",
    "GET /scenarios",
    "GET /faults",
    "GET /truth?since=<seq or ISO time>",
    "GET /score?gateway=<http://127.0.0.1:8080> with Authorization: Bearer <token of the gateway>",
    "POST /play {scenario, device, speed?, seed?, params?}",
    "POST /faults {device|link, fault, on, seconds?}",
    "POST /set {device, point, value|null}",
    "POST /stop {device?}",
    "POST /storm {changes?, seconds?, device|link?}",
  ],
} as const;
