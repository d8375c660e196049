/** node-opcua writes to the console by itself; a driver logs nothing, what matters becomes a `LinkBroken` or a note. */
import { setDebugLogger, setErrorLogger, setWarningLogger } from "node-opcua";

const silent = () => undefined;

/** For the whole process; harmless to repeat. */
export function silence(): void {
  setDebugLogger(silent);
  setWarningLogger(silent);
  setErrorLogger(silent);
}
