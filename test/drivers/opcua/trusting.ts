/** What an engineer does once for a protected server: each side is told to trust the certificate of the other. */
import { seconds } from "#model/time";
import type { OpcuaSettings } from "../../../drivers/opcua/settings.ts";
import { createClock } from "../../../gateway/clock.ts";
import { plant, startLink } from "./start-link.ts";
import type { RunningServer } from "./start-server.ts";

/** Trusts what the server at `endpoint` shows now. */
export async function trustAtFirst(endpoint: string, folder: string): Promise<void> {
  const { offeredCertificate } = await import("../../../drivers/opcua/connect.ts");
  const { trustAt } = await import("../../../drivers/opcua/trust.ts");
  const settings = { endpoint, security: "sign-and-encrypt", timeout: seconds(10) } as OpcuaSettings;
  const dial = { link: "line", settings, folder, clock: createClock() };
  await trustAt(folder, endpoint, await offeredCertificate(dial, AbortSignal.timeout(10_000)));
}

/** Both keepers do their part: ours trusts the server, and the server's trusts what it has rejected. */
export async function trustBothWays(
  server: RunningServer,
  folder: string,
  user: { readonly name: string; readonly password: string },
): Promise<void> {
  await trustAtFirst(server.endpoint, folder);
  await using link = startLink({ endpoint: server.endpoint, security: "sign", user }, [`${plant};s=Count`], { folder });
  await Promise.race([link.broken, link.report.until(() => link.report.value(0) !== undefined)]);
  await server.order({ trustClients: true });
}
