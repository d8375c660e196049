/** Keeps one connection to a Modbus TCP peer, and makes a new one whenever the old one is closed or not to be trusted. */
import { milliseconds } from "#model/time";
import type { DriverTools } from "../driver.ts";
import type { Asked } from "./asked.ts";
import { type Connection, openConnection, type TransactionIds } from "./connection.ts";
import type { Line, Once } from "./line.ts";
import type { ModbusTcpSettings } from "./settings.ts";
import { createGate } from "./turns.ts";

export function createTcpLine(
  settings: ModbusTcpSettings,
  tools: Pick<DriverTools, "clock" | "memory" | "trace">,
  signal: AbortSignal,
): Line {
  const ids = transactionIds(tools.memory);
  const gate = createGate(settings.maxInFlight);
  let connection: Connection | undefined;
  let opening: Promise<Connection> | undefined;

  async function current(): Promise<Connection> {
    if (connection?.usable()) return connection;
    opening ??= openConnection(settings, ids, tools.trace, signal).finally(() => {
      opening = undefined;
    });
    connection = await opening;
    return connection;
  }

  async function askOnFree(asked: Asked, once: Once | undefined) {
    for (let tries = 1; ; tries += 1) {
      once?.signal.throwIfAborted();
      const open = await current();
      signal.throwIfAborted();
      once?.signal.throwIfAborted();
      if (!open.usable()) continue;
      const began = tools.clock.monotonic();
      const replied = open.ask(asked);
      once?.onSent();
      const reply = await replied;
      const took = milliseconds(tools.clock.monotonic() - began);
      if (reply.kind !== "disturbed") return { answer: reply, took };
      // Innocent once: another request spoilt the connection. Twice: it is this one that draws wrong replies.
      if (tries >= 2 || once) return { answer: { kind: "foreign", because: reply.because } as const, took };
    }
  }

  return {
    async ask(asked, once) {
      const leave = await gate();
      try {
        return await askOnFree(asked, once);
      } finally {
        leave();
      }
    },
    async close(because) {
      connection?.close(because);
    },
  };
}

/** The ids go on over reconnects, so that a reply to an old connection's request fits no request of the new one. */
function transactionIds(memory: DriverTools["memory"]): TransactionIds {
  const key = "modbus-tcp transaction ids";
  const kept = memory.get(key) as TransactionIds | undefined;
  const ids = kept ?? { next: 1 };
  memory.set(key, ids);
  return ids;
}
