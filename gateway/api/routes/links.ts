/** Links to the south as an engineer asks for them: figures and faults for many, frames for few. */
import * as z from "zod";
import { reasonText } from "#model/quality";
import type { SiteLink } from "#model/site";
import { formatInstant } from "#model/time";
import type { LinkDiagnosis, UnitDiagnosis } from "../../acquisition/diagnosis.ts";
import type { FaultSeen } from "../../acquisition/fault-list.ts";
import type { Frame } from "../../acquisition/frame-ring.ts";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers, FrameQuery, LinkParams } from "../inputs.ts";
import { type FaultBody, type FrameBody, FrameShape, type LinkBody, LinkShape, type UnitBody } from "../link-shapes.ts";

const noLink = (id: string) => new Refused(404, "no-such-link", `没有链路 ${id}。`, `There is no link ${id}.`);

export function linkRoutes(server: Server, house: ApiHouse): void {
  const settings = new Map(house.site.links.map((link) => [link.id, link]));

  function bodies(some: readonly LinkDiagnosis[]): LinkBody[] {
    const readings = new Map(house.devices().map((one) => [one.device, one]));
    const unitBody = (unit: UnitDiagnosis): UnitBody => ({
      device: unit.device,
      name: { ...(house.devicesById.get(unit.device)?.name ?? { zh: unit.device, en: unit.device }) },
      unit: unit.unit,
      state: unit.state,
      since: formatInstant(unit.since),
      ...(unit.lastGood === undefined ? {} : { lastGood: formatInstant(unit.lastGood) }),
      ...(unit.latency ? { latency: { ...unit.latency } } : {}),
      requestsPerSecond: unit.requestsPerSecond,
      pollWanted: readings.get(unit.device)?.pollWanted ?? 0,
      pollAchieved: readings.get(unit.device)?.pollAchieved ?? 0,
      requests: unit.requests,
      timeouts: unit.timeouts,
      faults: unit.faults.map(faultBody),
      breaker: unit.breaker,
      ...(unit.nextTryIn === undefined ? {} : { nextTryIn: unit.nextTryIn }),
      notes: unit.notes.map((note) => ({ ...note })),
      ...(unit.skew === undefined ? {} : { skew: unit.skew }),
    });
    return some.map((link) => {
      const where = whereOf(settings.get(link.link));
      return {
        id: link.link,
        driver: link.driver,
        ...(where === undefined ? {} : { where }),
        state: link.state,
        since: formatInstant(link.since),
        ...(link.because ? { because: { ...link.because } } : {}),
        reconnects: link.reconnects,
        faults: link.faults.map(faultBody),
        frames: link.frames,
        ...(link.load === undefined ? {} : { load: link.load }),
        units: link.units.map(unitBody),
      };
    });
  }

  server.get(
    "/api/links",
    { schema: { tags: ["links"], summary: "Links with their units", response: answers(z.array(LinkShape)) } },
    async () => bodies(house.links()),
  );

  server.get(
    "/api/links/:id",
    { schema: { tags: ["links"], summary: "One link", params: LinkParams, response: answers(LinkShape) } },
    async (request) => {
      const { id } = request.params;
      const [body] = bodies(house.links().filter((link) => link.link === id));
      if (!body) throw noLink(id);
      return body;
    },
  );

  server.get(
    "/api/links/:id/frames",
    {
      schema: {
        tags: ["links"],
        summary: "The last 500 frames, oldest first",
        params: LinkParams,
        querystring: FrameQuery,
        response: answers(z.array(FrameShape)),
      },
    },
    async (request) => {
      const { id } = request.params;
      const frames = house.frames(id, request.query.after);
      if (!frames) throw noLink(id);
      return frames.map(frameBody);
    },
  );
}

const faultBody = (fault: FaultSeen): FaultBody => ({
  reason: fault.reason,
  reasonText: { ...reasonText[fault.reason] },
  because: { ...fault.because },
  count: fault.count,
  firstAt: formatInstant(fault.firstAt),
  lastAt: formatInstant(fault.lastAt),
});

const frameBody = ({ seq, at, way, unit, length, bytes }: Frame): FrameBody => ({
  seq,
  at: formatInstant(at),
  way,
  unit,
  length,
  hex: Buffer.from(bytes)
    .toString("hex")
    .toUpperCase()
    .replace(/..(?=.)/g, "$& "),
});

/** The address of a link as a person would name it. Of a URL only scheme, host and path: the rest may hold a secret. */
export function whereOf(link: SiteLink | undefined): string | undefined {
  const settings = (link?.settings ?? {}) as Readonly<Record<string, unknown>>;
  const { host, port, portOffset = 0, path } = settings;
  if (typeof host === "string" && typeof port === "number" && typeof portOffset === "number")
    return `${host.includes(":") ? `[${host}]` : host}:${port + portOffset}`;
  if (typeof path === "string") return path;
  for (const text of [settings.endpoint, settings.url]) {
    const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
    if (url) return `${url.protocol}//${url.host}${url.pathname === "/" ? "" : url.pathname}`;
  }
  return undefined;
}
