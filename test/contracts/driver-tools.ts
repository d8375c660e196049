/** What a driver under test is given beside its report, and a point with nothing special about it. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, type Span, seconds } from "#model/time";
import type { DriverPoint, DriverTools, Report } from "../../drivers/driver.ts";
import { createClock } from "../../gateway/clock.ts";

export function driverTools<Address = unknown>(
  report: Report,
  { clock = createClock(), ...more }: Partial<DriverTools<Address>> & { clock?: Clock } = {},
): DriverTools<Address> {
  return {
    clock,
    report,
    trace: { frame() {}, unit() {} },
    takesOrders: () => undefined,
    takesAcknowledgements: () => undefined,
    folder: join(tmpdir(), "gatehouse-driver-test"),
    memory: new Map(),
    ...more,
  };
}

export const plainPoint = <Address>(
  handle: number,
  address: Address,
  every: Span = seconds(1),
): DriverPoint<Address> => ({ handle, address, every, type: "number", deadband: 0, writable: false });
