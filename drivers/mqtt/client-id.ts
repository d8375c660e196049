/** The id by which brokers know this gateway: made once per data folder, so that two gateways of one site never share it. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** `gatehouse-<installation>-<link>`, at most 23 letters and digits, which every broker must take (MQTT 3.1.1, 3.1.3.1). */
export async function clientIdOf(folder: string, link: string): Promise<string> {
  const file = join(folder, "installation");
  const known = await readFile(file, "utf8").catch(() => "");
  let installation = known.trim();
  if (!/^[0-9a-f]{8}$/.test(installation)) {
    installation = randomBytes(4).toString("hex");
    await mkdir(folder, { recursive: true });
    await writeFile(file, `${installation}\n`, { flag: "w" });
  }
  const hash = createHash("sha256").update(link).digest("hex").slice(0, 5);
  return `gatehouse${installation}${hash}`;
}
