/** Which OPC UA server a command of the command line means: a link of the site, the link of a device, or an address. */
import { join } from "node:path";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import type { Clock } from "#model/time";
import { opcua } from "../../drivers/opcua/opcua.ts";
import type { OpcuaSettings } from "../../drivers/opcua/settings.ts";
import { createClock } from "../clock.ts";
import { type CommandLine, exit, Refusal } from "./command.ts";
import { dataOf, readSite } from "./read-site.ts";

/** What the driver's own tools need to call a server once. */
export interface OpcuaDial {
  readonly link: string;
  readonly settings: OpcuaSettings;
  /** Where the running gateway keeps its certificate and its trust list. */
  readonly folder: string;
  readonly clock: Clock;
}

/** Reads the site in `folder`. Throws a `Refusal` when `name` is no link or device of it that speaks OPC UA. */
export async function opcuaServer(line: CommandLine, folder: string, name: string): Promise<OpcuaDial> {
  const site = await readSite(line, folder);
  const dial = opcuaLink(site, name, dataOf(line, site), createClock());
  if ("because" in dial) throw new Refusal(exit.failed, dial.because.zh, dial.because.en);
  return dial;
}

/** A sentence when `name` is nothing of the kind. `data` is the gateway's data folder. */
function opcuaLink(site: Site, name: string, data: string, clock: Clock): OpcuaDial | { because: Text } {
  const byDevice = site.devices.find((device) => device.id === name)?.link;
  const links = [...site.links, ...(site.spareLinks ?? [])];
  const link = links.find(({ id }) => id === (byDevice ?? name));
  const folder = join(data, "drivers", opcua.kind);
  // The driver's own schema parsed these settings when the site was read.
  if (link?.driver === opcua.kind) return { link: link.id, settings: link.settings as OpcuaSettings, folder, clock };
  if (link) {
    return {
      because: {
        zh: `链路 ${link.id} 的协议是 ${link.driver}，这个命令只用于 opcua 链路。`,
        en: `The link ${link.id} speaks ${link.driver}; this command is for opcua links.`,
      },
    };
  }
  const known = links.filter(({ driver }) => driver === opcua.kind).map(({ id }) => id);
  return {
    because: {
      zh: `站点没有链路或设备 ${name}。可用的 opcua 链路：${known.join("、") || "无（写在 site.yaml 的 links 下）"}。`,
      en: `The site has no link or device ${name}. Its opcua links: ${known.join(", ") || "none (write one under links in site.yaml)"}.`,
    },
  };
}
