/** The site, its devices, their points, and who works there. */
import * as z from "zod";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers, DeviceParams, PointParams, PointQuery } from "../inputs.ts";
import { PersonShape } from "../people-shapes.ts";
import { deviceBody, pointBody, siteBody } from "../project.ts";
import { DeviceShape, PointShape, SiteShape } from "../shapes.ts";

const noDevice = (id: string) => new Refused(404, "no-such-device", `没有设备 ${id}。`, `There is no device ${id}.`);

export function siteRoutes(server: Server, house: ApiHouse): void {
  server.get("/api/site", { schema: { tags: ["site"], summary: "The site", response: answers(SiteShape) } }, async () =>
    siteBody(house.site, {
      version: house.version,
      clockTrusted: house.clockTrusted(),
      now: house.clock.now(),
    }),
  );

  server.get(
    "/api/devices",
    { schema: { tags: ["devices"], summary: "All devices", response: answers(z.array(DeviceShape)) } },
    async () => {
      const readings = new Map(house.devices().map((one) => [one.device, one]));
      return house.site.devices.map((device) =>
        deviceBody(device, readings.get(device.id), house.site, house.startedAt),
      );
    },
  );

  server.get(
    "/api/devices/:id",
    { schema: { tags: ["devices"], summary: "One device", params: DeviceParams, response: answers(DeviceShape) } },
    async (request) => {
      const device = house.devicesById.get(request.params.id);
      if (!device) throw noDevice(request.params.id);
      return deviceBody(device, house.reading(device.id), house.site, house.startedAt);
    },
  );

  server.get(
    "/api/points",
    {
      schema: {
        tags: ["points"],
        summary: "All points, or those of one device",
        querystring: PointQuery,
        response: answers(z.array(PointShape)),
      },
    },
    async (request) => {
      const { device: wanted } = request.query;
      if (wanted === undefined) return house.table.definitions.map((_, handle) => pointBody(house.table, handle));
      const device = house.devicesById.get(wanted);
      if (!device) throw noDevice(wanted);
      return device.points.map((handle) => pointBody(house.table, handle));
    },
  );

  server.get(
    "/api/points/:id",
    { schema: { tags: ["points"], summary: "One point", params: PointParams, response: answers(PointShape) } },
    async (request) => {
      const { id } = request.params;
      const handle = house.handles.get(id);
      if (handle === undefined) {
        throw new Refused(404, "no-such-point", `没有点位 ${id}。`, `There is no point ${id}.`);
      }
      return pointBody(house.table, handle);
    },
  );

  server.get(
    "/api/people",
    {
      schema: {
        tags: ["site"],
        summary: "People and their teams, without contacts",
        response: answers(z.array(PersonShape)),
      },
    },
    async () =>
      house.site.people.people.map((person) => ({
        id: person.id,
        name: person.name,
        teams: house.site.people.teams
          .filter((team) => team.people.includes(person.id))
          .map((team) => ({ id: team.id, name: { ...team.name } })),
      })),
  );
}
