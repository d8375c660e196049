/**
 * Puts `gatehouse` and `gatehouse-sim` where `npx` looks for the commands of a checkout. A `bin` entry in package.json
 * would make npx install the whole checkout a second time into its cache.
 */
import { chmodSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../node_modules/.bin/", import.meta.url));
for (const [command, file] of [
  ["gatehouse", "gateway/main.ts"],
  ["gatehouse-sim", "simulators/main.ts"],
] as const) {
  rmSync(`${folder}${command}`, { force: true });
  rmSync(`${folder}${command}.cmd`, { force: true });
  if (process.platform === "win32") {
    writeFileSync(`${folder}${command}.cmd`, `@"%~dp0node.exe" "%~dp0..\\..\\${file.replace("/", "\\")}" %*\r\n`);
  } else {
    chmodSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 0o755);
    symlinkSync(`../../${file}`, `${folder}${command}`);
  }
}
