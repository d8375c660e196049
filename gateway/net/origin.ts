/**
 * Whose page sends this? A browser lets any page send requests to this address, with our cookie when the page is ours. The
 * Host list stops names that were bound to our address by someone else's DNS; Origin and Sec-Fetch-Site stop foreign pages.
 */
import { isIP } from "node:net";

export interface Hosts {
  /** True when the `Host` header names this gateway. */
  isOurs(host: string | undefined): boolean;
}

const WILDCARD = new Set(["0.0.0.0", "::", ""]);

/** Splits `name:port`, `[v6]:port`, `name`; `undefined` when it is none of these. */
function split(host: string): { name: string; port: string } | undefined {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(host);
  if (!found) return undefined;
  return { name: (found[1] as string).toLowerCase(), port: found[2] ?? "" };
}

/**
 * Names and port that this listener answers to: its own host, the loopback names, and `names` of the site. A listener on
 * all interfaces also answers to any literal address and any port (the port may be mapped outside): an attack by DNS
 * needs a name.
 */
export function ourHosts(listen: {
  host: string;
  port: number;
  secure: boolean;
  names?: readonly string[];
  outside?: string;
}): Hosts {
  const own = isIP(listen.host) === 6 ? `[${listen.host}]` : listen.host;
  const names = new Set([own, "localhost", "127.0.0.1", "[::1]", ...(listen.names ?? [])].map((n) => n.toLowerCase()));
  const everywhere = WILDCARD.has(listen.host);
  const usual = listen.secure ? 443 : 80;
  const outside = listen.outside === undefined ? undefined : new URL(listen.outside).host.toLowerCase();
  return {
    isOurs(host) {
      const parts = host === undefined ? undefined : split(host);
      if (!parts) return false;
      if (outside !== undefined && host?.toLowerCase() === outside) return true;
      if (everywhere) return names.has(parts.name) || isIP(parts.name.replace(/^\[|\]$/g, "")) !== 0;
      return names.has(parts.name) && (parts.port === "" ? usual : Number(parts.port)) === listen.port;
    },
  };
}

export interface Sender {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
}

/**
 * True when a page of another origin sends this. Programs send neither header; browsers send `Origin` with every state
 * change and every WebSocket. The Host must have been checked before.
 */
export function comesFromElsewhere(sender: Sender, secure: boolean, outside?: string): boolean {
  if (sender.fetchSite !== undefined && sender.fetchSite !== "same-origin" && sender.fetchSite !== "none") return true;
  if (sender.origin === undefined) return false;
  if (outside !== undefined && sender.origin.toLowerCase() === new URL(outside).origin) return false;
  return sender.origin.toLowerCase() !== `${secure ? "https" : "http"}://${sender.host?.toLowerCase()}`;
}
