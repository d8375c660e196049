/**
 * A gate before a wire whose library owns its sockets: connections pass through, and here they can be held without a word,
 * dropped and turned away.
 */
import { createServer, connect as dial, type Socket } from "node:net";
import type { SimulatorClock } from "../clock.ts";
import { type FaultName, faultKind } from "./faults.ts";
import { listening } from "./listening.ts";

const idleCheckMs = 100;
/** The usual most that a small server takes at a time. */
const usualClients = 64;

export interface GateOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Whoever is behind the gate; asked at each connection. */
  behind(): { readonly host: string; readonly port: number };
  readonly clock: SimulatorClock;
  readonly clients?: number | undefined;
  readonly idleSeconds?: number | undefined;
}

export interface Gate {
  readonly port: number;
  /** Connections that stand. */
  readonly standing: number;
  readonly faults: ReadonlyMap<FaultName, number>;
  /** `half-open`, `drop-idle` and `one-client`. */
  setFault(fault: FaultName, on: boolean, seconds?: number): void;
  close(): Promise<void>;
}

interface Passage {
  readonly outside: Socket;
  inside: Socket | undefined;
  heardAt: number;
}

/** Listens, or rejects with the system's error (`EADDRINUSE`, `EACCES`). */
export async function openGate(options: GateOptions): Promise<Gate> {
  const { clock, behind } = options;
  const faults = new Map<FaultName, number>();
  const passages = new Set<Passage>();
  const held = () => faults.has("half-open");

  const join = (passage: Passage) => {
    const { outside } = passage;
    const inside = dial(behind());
    passage.inside = inside;
    inside.setNoDelay(true);
    for (const [from, to] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      from.on("data", () => {
        passage.heardAt = clock.monotonic();
      });
      from.pipe(to);
      from.on("error", () => from.destroy());
      from.on("close", () => {
        // The other end of a connection that is half open hears nothing of this.
        if (!held()) to.destroy();
        if (outside.destroyed && inside.destroyed) passages.delete(passage);
      });
    }
  };
  const server = createServer((outside) => {
    if (passages.size >= (faults.has("one-client") ? 1 : (options.clients ?? usualClients))) {
      outside.destroy();
      return;
    }
    outside.setNoDelay(true);
    const passage: Passage = { outside, inside: undefined, heardAt: clock.monotonic() };
    passages.add(passage);
    if (!held()) {
      join(passage);
      return;
    }
    outside.on("error", () => outside.destroy());
    outside.on("close", () => passages.delete(passage));
    // What comes is taken and goes nowhere.
    outside.resume();
  });

  const drop = ({ outside, inside }: Passage) => {
    outside.destroy();
    inside?.destroy();
  };
  /** As after a power cut of what is in between: whoever still has the connection is told that nobody knows it. */
  const reset = (passage: Passage) => {
    passage.outside.resetAndDestroy();
    passage.inside?.resetAndDestroy();
    passages.delete(passage);
  };
  const hold = ({ outside, inside }: Passage) => {
    for (const socket of [outside, inside]) {
      socket?.unpipe();
      socket?.resume();
    }
  };
  const idleLimit = () => faults.get("drop-idle") ?? options.idleSeconds;
  let stopIdleCheck: (() => void) | undefined;
  const watchIdle = () => {
    stopIdleCheck?.();
    const seconds = idleLimit();
    if (seconds === undefined) {
      stopIdleCheck = undefined;
      return;
    }
    stopIdleCheck = clock.every(idleCheckMs, () => {
      const now = clock.monotonic();
      for (const passage of passages) if (now - passage.heardAt > seconds * 1000) drop(passage);
    });
  };
  watchIdle();
  const port = await listening(server, options);
  return {
    port,
    get standing() {
      return passages.size;
    },
    faults,
    setFault(fault, on, seconds) {
      const was = held();
      if (on) faults.set(fault, seconds ?? faultKind(fault).seconds?.default ?? 0);
      else faults.delete(fault);
      if (!was && held()) for (const passage of passages) hold(passage);
      if (was && !held()) for (const passage of [...passages]) reset(passage);
      if (fault === "one-client" && on) for (const passage of [...passages].slice(1)) drop(passage);
      if (fault === "drop-idle") watchIdle();
    },
    async close() {
      stopIdleCheck?.();
      faults.clear();
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const passage of [...passages]) drop(passage);
      await closed;
    },
  };
}
