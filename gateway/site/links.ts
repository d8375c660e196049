/** Links to the south: parsed by their driver, shared by devices whose driver and settings are equal. */
import { createHash } from "node:crypto";
import type { SiteLink } from "#model/site";
import type { Driver } from "../../drivers/driver.ts";
import { nearest } from "../../rules/language/nearest.ts";
import type { PlacedLink } from "./judge-links.ts";
import { keyPlaceOf, type Part, parsePart, part, placeOf } from "./parse-part.ts";
import { formatPlace, type Place, type ProblemList, suggestion } from "./problems.ts";
import { isSecretKey } from "./secrets.ts";

export type Drivers = ReadonlyMap<string, Driver<unknown, unknown>>;

export interface FoundLink {
  readonly id: string;
  readonly driver: Driver<unknown, unknown>;
  /** Told inside an inline link. */
  readonly unit?: Part;
}

export interface Links {
  /** The link a device names or describes at `at`; `undefined` after a problem. */
  find(at: Part): FoundLink | undefined;
  /** Links that devices use, sorted by id; warns of shared links that nobody uses. */
  all(): readonly SiteLink[];
  /** Named links that no device uses. */
  spare(): readonly SiteLink[];
  /** Links that devices use, with their driver and where they are written first. */
  placed(): readonly PlacedLink[];
}

/** `named` are the links of site.yaml, still as written. */
export function createLinks(named: ReadonlyMap<string, Part>, drivers: Drivers, problems: ProblemList): Links {
  /** By driver and settings. */
  const known = new Map<string, { link: SiteLink; driver: Driver<unknown, unknown>; place: Place }>();
  const byName = new Map<string, FoundLink>();
  const used = new Set<string>();
  const endpoints = new Map<string, Place>();

  for (const [id, at] of named) {
    const parsed = parse(at);
    if (!parsed) continue;
    if (parsed.unit) {
      problems.error(
        keyPlaceOf(at, "unit"),
        { zh: "公用链路上不能写 unit", en: "a shared link has no unit" },
        { zh: "把 unit 写到设备上。", en: "Write the unit at each device." },
      );
    }
    const key = keyOf(parsed.driver.kind, parsed.settings);
    const before = known.get(key);
    const link = before?.link ?? { id, driver: parsed.driver.kind, settings: parsed.settings };
    if (!before) keep(key, link, parsed.driver, placeOf(at));
    byName.set(id, { id: link.id, driver: parsed.driver });
  }

  function keep(key: string, link: SiteLink, driver: Driver<unknown, unknown>, place: Place): void {
    known.set(key, { link, driver, place });
    const endpoint = endpointOf(link.settings);
    if (endpoint === undefined) return;
    const before = endpoints.get(endpoint);
    if (!before) {
      endpoints.set(endpoint, place);
      return;
    }
    if (pathOf(link.settings) !== undefined) {
      problems.error(
        place,
        {
          zh: `${formatPlace(before)} 已用另一组设置打开串口 ${endpoint}，一个串口只能打开一次`,
          en: `${formatPlace(before)} opens the serial port ${endpoint} with other settings, and a port can be opened only once`,
        },
        {
          zh: "在 site.yaml 的 links 里写一条，让各设备引用它。",
          en: "Write it once under links in site.yaml and name it at each device.",
        },
      );
      return;
    }
    problems.warning(
      place,
      {
        zh: `到 ${endpoint} 已有另一组设置的链路（${formatPlace(before)}），会建立两个连接`,
        en: `${formatPlace(before)} connects to ${endpoint} with other settings, so two connections are made`,
      },
      {
        zh: "写成相同的设置，或在 site.yaml 的 links 里公用一个。",
        en: "Give both the same settings, or share one under links in site.yaml.",
      },
    );
  }

  function parse(at: Part) {
    const value = at.value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.error(
        placeOf(at),
        { zh: "链路的写法不对", en: "this is not a link" },
        { zh: "写成 { modbus-tcp: { host, port } }。", en: "Write { modbus-tcp: { host, port } }." },
      );
      return undefined;
    }
    const kinds = Object.keys(value).filter((key) => key !== "unit");
    const [kind] = kinds;
    const offered = [...drivers.keys()];
    const unknown = kinds.filter((key) => !drivers.has(key));
    for (const key of unknown) {
      problems.error(
        keyPlaceOf(at, key),
        { zh: `未知的协议 ${key}`, en: `unknown protocol ${key}` },
        suggestion(nearest(key, offered), offered),
      );
    }
    if (kinds.length !== 1 && unknown.length === 0) {
      problems.error(
        placeOf(at),
        kinds.length === 0
          ? { zh: "链路没有写协议", en: "the link names no protocol" }
          : { zh: "一条链路只能有一种协议", en: "a link has only one protocol" },
        { zh: `只写其中一个：${offered.join("、")}。`, en: `Write one of: ${offered.join(", ")}.` },
      );
    }
    const driver = kind === undefined || kinds.length !== 1 ? undefined : drivers.get(kind);
    if (!driver || kind === undefined) return undefined;
    const settings = parsePart(part(at, kind), driver.settings, problems);
    if (!settings.clean) return undefined;
    const unit = part(at, "unit");
    return { driver, settings: settings.value, unit: unit.value === undefined ? undefined : unit };
  }

  function find(at: Part): FoundLink | undefined {
    if (typeof at.value === "string") {
      const found = byName.get(at.value);
      if (found) {
        used.add(found.id);
        return found;
      }
      // A link that exists but has problems of its own is not reported a second time.
      if (named.has(at.value)) return undefined;
      const offered = [...named.keys()];
      problems.error(
        placeOf(at),
        { zh: `site.yaml 里没有链路 ${at.value}`, en: `site.yaml has no link ${at.value}` },
        offered.length === 0
          ? {
              zh: "在 site.yaml 的 links 下添加，或直接写 { modbus-tcp: { host, port } }。",
              en: "Add it under links in site.yaml, or write { modbus-tcp: { host, port } } here.",
            }
          : suggestion(nearest(at.value, offered), offered),
      );
      return undefined;
    }
    const parsed = parse(at);
    if (!parsed) return undefined;
    const key = keyOf(parsed.driver.kind, parsed.settings);
    const before = known.get(key);
    const link = before?.link ?? {
      id: freeId(parsed.driver.kind, parsed.settings),
      driver: parsed.driver.kind,
      settings: parsed.settings,
    };
    if (!before) keep(key, link, parsed.driver, placeOf(at));
    used.add(link.id);
    return { id: link.id, driver: parsed.driver, ...(parsed.unit ? { unit: parsed.unit } : {}) };
  }

  /**
   * `modbus-tcp:10.0.4.17:502`; settings that have no endpoint, or share one, are told apart by their hash. No secret goes
   * into it: an id is seen by many, and a short password is found again from its hash.
   */
  function freeId(kind: string, settings: unknown): string {
    const taken = new Set([...known.values()].map((one) => one.link.id));
    const endpoint = endpointOf(settings);
    const open = hash(keyOf(kind, settings, (key) => !isSecretKey(key)));
    const told = `${kind}:${endpoint ?? open}`;
    const ids = [told, `${told}#${open}`];
    for (let n = 2; ; n += 1) {
      const free = ids.find((id) => !taken.has(id));
      if (free !== undefined) return free;
      ids.push(`${told}#${open}-${n}`);
    }
  }

  function all(): readonly SiteLink[] {
    for (const [id, at] of named) {
      const found = byName.get(id);
      if (!found || used.has(found.id)) continue;
      problems.warning(
        keyPlaceOf(at),
        { zh: `链路 ${id} 没有设备使用`, en: `no device uses the link ${id}` },
        { zh: "删除，或让设备引用它。", en: "Remove it, or let a device name it." },
      );
    }
    const links = [...known.values()].map((one) => one.link).filter((link) => used.has(link.id));
    return links.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  const spare = () =>
    [...byName].flatMap(([id, found]) => {
      const link = [...known.values()].find((one) => one.link.id === found.id)?.link;
      return link && !used.has(link.id) ? [{ ...link, id }] : [];
    });
  const placed = () => [...known.values()].filter(({ link }) => used.has(link.id));

  return { find, all, spare, placed };
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** Equal settings give equal text, whatever the order of their keys; only those that `takes` counts. */
function keyOf(kind: string, settings: unknown, takes: (key: string) => boolean = () => true): string {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => takes(key))
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value;
  return `${kind} ${JSON.stringify(settings, sorted)}`;
}

/**
 * `host:port` of settings that have both, where an offset of the port counts; or the path of a serial port; or host, port
 * and path of an `endpoint` or `url`, which never hold a user or a password.
 */
function endpointOf(settings: unknown): string | undefined {
  const { host, port, portOffset = 0 } = (settings ?? {}) as { host?: unknown; port?: unknown; portOffset?: unknown };
  const path = pathOf(settings);
  if (path !== undefined) return path;
  const { endpoint, url } = (settings ?? {}) as { endpoint?: unknown; url?: unknown };
  const address = endpoint ?? url;
  if (typeof address === "string") return address.replace(/^[a-z.]+:\/\//i, "").replace(/\/$/, "");
  if (typeof host !== "string" || typeof port !== "number" || typeof portOffset !== "number") return undefined;
  return `${host.includes(":") ? `[${host}]` : host}:${port + portOffset}`;
}

/** Of a serial port: a path alone may be something else, e.g. that of a web socket. */
function pathOf(settings: unknown): string | undefined {
  const { path, baudRate } = (settings ?? {}) as { path?: unknown; baudRate?: unknown };
  return typeof path === "string" && baudRate !== undefined ? path : undefined;
}
