/** `POST /api/points/:id/write`: without `confirm` it only says what would happen. */
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf } from "../guard.ts";
import { answers, PointParams, WritePoint } from "../inputs.ts";
import { WriteShape } from "../link-shapes.ts";

export function writeRoutes(server: Server, house: ApiHouse): void {
  const { writeDesk: desk } = house;
  server.post(
    "/api/points/:id/write",
    {
      schema: {
        tags: ["points"],
        summary: "Writes a point in two steps: the first answers `confirm`, the second with it acts and reads back",
        params: PointParams,
        body: WritePoint,
        response: answers(WriteShape),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { confirm, commandId } = request.body;
      const handle = house.handles.get(id);
      if (handle === undefined) throw new Refused(404, "no-such-point", `没有点位 ${id}。`, `There is no point ${id}.`);
      const value = Number(request.body.value);
      const actor = actorOf(request);
      if (confirm === undefined) return desk.offer(handle, value, actor);
      if (commandId === undefined) {
        throw new Refused(400, "bad-request", "第二步需要命令编号 commandId。", "The second step needs a commandId.");
      }
      return desk.order(handle, value, confirm, commandId, actor);
    },
  );
}
