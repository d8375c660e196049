/** Which addresses the house may call: the open internet, and what a site lists; never the link-local ones (cloud metadata). */
import { BlockList, isIP, isIPv6 } from "node:net";

/** What a site may allow beyond public addresses. */
export type Neighbourhood = "private" | "loopback";

const lists = {
  loopback: listOf("127.0.0.0/8", "::1/128"),
  private: listOf("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
  never: listOf(
    "0.0.0.0/8",
    "169.254.0.0/16",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/128",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "fe80::/10",
    "ff00::/8",
  ),
} as const;

function listOf(...subnets: string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address, bits] = subnet.split("/") as [string, string];
    list.addSubnet(address, Number(bits), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return list;
}

/** Where an IP address lies (IANA special-purpose registries). Text that is no address lies nowhere: `never`. */
export function placeOf(address: string): "public" | Neighbourhood | "never" {
  const version = isIP(address);
  if (version === 0) return "never";
  const inner = version === 6 ? embeddedIpv4(address) : undefined;
  if (inner) return placeOf(inner);
  const family = version === 6 ? "ipv6" : "ipv4";
  for (const place of ["never", "loopback", "private"] as const) if (lists[place].check(address, family)) return place;
  return "public";
}

export const mayReach = (address: string, allow: readonly Neighbourhood[]): boolean => {
  const place = placeOf(address);
  return place === "public" || (place !== "never" && allow.includes(place));
};

/** IPv4-mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96) and 6to4 (2002::/16) carry an IPv4 address: that one counts. */
function embeddedIpv4(address: string): string | undefined {
  const words = wordsOf(address);
  const zeros = (from: number, to: number) => words.slice(from, to).every((word) => word === 0);
  const at = (i: number) => `${words[i]! >> 8}.${words[i]! & 255}.${words[i + 1]! >> 8}.${words[i + 1]! & 255}`;
  if (zeros(0, 5) && words[5] === 0xffff) return at(6);
  if (words[0] === 0x64 && words[1] === 0xff9b && zeros(2, 6)) return at(6);
  if (words[0] === 0x2002) return at(1);
  return undefined;
}

/** The eight words of a valid IPv6 address. */
function wordsOf(address: string): number[] {
  const plain = address.split("%")[0]!.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const word = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16);
    return `${word(a, b)}:${word(c, d)}`;
  });
  const [head = "", tail] = plain.split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":").map((word) => Number.parseInt(word, 16)));
  const front = words(head);
  const back = tail === undefined ? [] : words(tail);
  return [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
}
