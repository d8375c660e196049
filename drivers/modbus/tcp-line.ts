/** Keeps one connection to a Modbus TCP peer, and makes a new one whenever the old one is closed or not to be trusted. */
import { milliseconds } from "#model/time";
import type { DriverTools } from "../driver.ts";
import { type Connection, openConnection, type TransactionIds } from "./connection.ts";
import type { Line } from "./line.ts";
import type { ModbusTcpSettings } from "./settings.ts";

export function createTcpLine(
  settings: ModbusTcpSettings,
  tools: Pick<DriverTools, "clock" | "memory" | "trace">,
  signal: AbortSignal,
): Line {
  const ids = transactionIds(tools.memory);
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

  return {
    async ask(asked, once) {
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
        if (tries >= 2 || once) return { answer: { kind: "foreign", because: reply.because }, took };
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
