/** A data folder that goes away with the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function createDataFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
