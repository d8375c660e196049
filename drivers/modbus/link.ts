/** What the three kinds of Modbus links have in common: one life of a link, from the first poll to the end. */
import type { DriverLink, DriverTools } from "../driver.ts";
import type { ModbusAddress } from "./address.ts";
import type { Line } from "./line.ts";
import { createWriter } from "./orders.ts";
import { createPoller } from "./poller.ts";
import { createTurns } from "./turns.ts";

export interface LineMaker {
  /** The place of the line, for messages. */
  readonly where: string;
  /** Requests under way at once. */
  readonly workers: number;
  create(tools: DriverTools<ModbusAddress>, signal: AbortSignal): Line;
}

/** Runs until the signal (resolves) or until the line breaks (rejects with a `LinkBroken`). */
export async function runLink(
  link: DriverLink<{ readonly maxGap: number }, ModbusAddress>,
  { where, workers, create }: LineMaker,
  tools: DriverTools<ModbusAddress>,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const line = create(tools, ending);
  ending.addEventListener("abort", () => void line.close(ending.reason), { once: true });
  const turns = createTurns();
  const poller = createPoller({ units: link.units, maxGap: link.settings.maxGap, line, where, turns }, tools);
  tools.takesOrders(createWriter({ line, where, turns }));
  const count = Math.max(1, Math.min(workers, link.units.length));
  const running = Array.from({ length: count }, () => poller.work(ending));
  try {
    await Promise.all(running);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop.abort(new Error("The link has ended"));
    await Promise.allSettled(running);
    await line.close(stop.signal.reason);
  }
}
