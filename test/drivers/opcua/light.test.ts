/** Reading a site must stay quick: the OPC UA library is loaded when a link runs, not when the catalog is. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Every module that the process has loaded after importing `file`. */
const loadedBy = (file: string): string =>
  execFileSync(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { registerHooks } from "node:module";
       const seen = [];
       registerHooks({ load(url, context, next) { seen.push(url); return next(url, context); } });
       await import(${JSON.stringify(file)});
       console.log(seen.join("\\n"));`,
    ],
    { encoding: "utf8", cwd: at("../../.."), maxBuffer: 1e8 },
  );

test("the catalog of drivers loads no OPC UA library; the link itself does", () => {
  expect(loadedBy(at("../../../drivers/catalog.ts"))).not.toContain("node-opcua");
  expect(loadedBy(at("../../../drivers/opcua/run.ts"))).toContain("node-opcua");
});
