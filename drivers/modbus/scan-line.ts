/** Questions of a scan on a serial line, at a port of this machine or behind a serial server, by the driver's own line. */
import type { Clock } from "#model/time";
import { createHalfDuplexLine, type HalfDuplexOptions } from "./half-duplex.ts";
import type { Heard } from "./scan.ts";
import type { ScanLine } from "./scan-tcp.ts";

/** The line is opened with the first question, and closed when it is disposed of. */
export function openScanOnLine(options: HalfDuplexOptions, clock: Clock): ScanLine {
  const stop = new AbortController();
  const line = createHalfDuplexLine(options, { clock, trace: { frame() {}, unit() {} } }, stop.signal);
  return {
    async ask(question): Promise<Heard> {
      const { answer } = await line.ask(question);
      if (answer.kind === "data") return { kind: "data" };
      return answer.kind === "exception" ? { kind: "exception", code: answer.code } : { kind: "lost" };
    },
    [Symbol.dispose]() {
      const ended = new Error("The scan has ended");
      stop.abort(ended);
      void line.close(ended);
    },
  };
}
