/** Who is on duty now in every team, and when that changes. Names, never numbers. */
import * as z from "zod";
import { formatInstant } from "#model/time";
import { withoutLeavers } from "../../../rules/response/left.ts";
import { onDutyIn } from "../../../rules/response/on-duty.ts";
import { shiftChanges } from "../../../rules/response/shift-change.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers } from "../inputs.ts";
import { ShiftShape } from "../people-shapes.ts";
import { roleNamer } from "../project-ticket.ts";

export function shiftRoutes(server: Server, house: ApiHouse): void {
  const { people, zone } = house.site;
  const manned = withoutLeavers(house.site);
  const nameOf = new Map(people.people.map(({ id, name }) => [id, name]));
  const named = (ids: readonly string[]) => ids.map((id) => ({ id, name: nameOf.get(id) ?? id }));
  const role = roleNamer(house.site);
  server.get(
    "/api/shifts",
    {
      schema: {
        tags: ["people"],
        summary: "Teams with whoever is on duty now; an empty list means that the fallback person is told instead",
        response: answers(z.array(ShiftShape)),
      },
    },
    async () => {
      const now = house.clock.now();
      const { people: present } = manned(house.door.house.accounts.values());
      return people.teams.map((team) => {
        const { next } = shiftChanges(present, team.id, now, zone);
        return {
          team: team.id,
          name: { ...team.name },
          roles: team.roles.map((id) => ({ id, name: { ...role(id) } })),
          onDuty: named(onDutyIn(present, team.id, now, zone)),
          ...(next ? { until: formatInstant(next.at), next: named(onDutyIn(present, team.id, next.at, zone)) } : {}),
        };
      });
    },
  );
}
