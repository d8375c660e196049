/** The scenario board of a simulated site: hands requests on to the simulators' control port. A real site has none. */
import * as z from "zod";
import { Text } from "#model/text";
import { formatInstant } from "#model/time";
import { overEmergency } from "../../../rules/response/words.ts";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server, SimulatorControl } from "../api-house.ts";
import { everyTicket, playedEntry, playedStories, storyOf, unexplained } from "../drill-board.ts";
import { actorOf } from "../guard.ts";
import { answers, Play } from "../inputs.ts";
import { SimulatorShape } from "../people-shapes.ts";

/** Stories on the board's list. */
const SHOWN = 10;
/** Tickets among which theirs are looked for: the board asks every two seconds. */
const LATEST = 100;

/** What an error of the control port says, when it says it in both languages. */
const Told = z.object({ code: z.string().optional(), message: Text });

export function simulatorRoutes(server: Server, house: ApiHouse): void {
  async function ask(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    const simulator = house.site.simulated ? house.simulator : undefined;
    if (!simulator) {
      throw new Refused(404, "not-simulated", "本站点不是模拟站点。", "This site is not simulated.");
    }
    const answer = await answerOf(simulator, method, path, body);
    const said = typeof answer.body === "string" ? parsed(answer.body) : answer.body;
    if (answer.status < 300) return said ?? {};
    const told = Told.safeParse(said);
    const status = answer.status >= 400 && answer.status < 500 ? answer.status : 503;
    throw told.success
      ? new Refused(status, told.data.code ?? "simulator", told.data.message.zh, told.data.message.en)
      : new Refused(status, "simulator", "模拟器拒绝了请求。", "The simulator refused the request.");
  }

  async function answerOf(simulator: SimulatorControl, method: "GET" | "POST", path: string, body?: unknown) {
    try {
      return body === undefined
        ? await simulator.request(method, path)
        : await simulator.request(method, path, JSON.stringify(body));
    } catch (cause) {
      house.log.warn({ cause: String(cause) }, "the simulator does not answer");
      throw new Refused(
        503,
        "simulator-away",
        "模拟器没有应答，请确认模拟器进程正在运行。",
        "The simulator does not answer. Check that its process runs.",
      );
    }
  }

  server.get(
    "/api/simulator",
    { schema: { tags: ["simulator"], summary: "Simulated devices and scenarios", response: answers(SimulatorShape) } },
    async () => {
      const [devices, scenarios] = await Promise.all([ask("GET", "/devices"), ask("GET", "/scenarios")]);
      const stories = await playedStories(house);
      const tickets = stories.length === 0 ? [] : await everyTicket(house, LATEST);
      return {
        devices,
        scenarios,
        stories: stories
          .slice(-SHOWN)
          .reverse()
          .map((story) => ({
            scenario: story.scenario,
            title: { ...story.title },
            device: story.device,
            by: house.names.actor(story.by),
            at: formatInstant(story.at),
            tickets: tickets
              .filter((ticket) => storyOf(stories, ticket) === story)
              .map(({ no, title, severity }) => ({ no, title: { ...title }, severity })),
          })),
      };
    },
  );

  server.post(
    "/api/simulator/play",
    { schema: { tags: ["simulator"], summary: "Play a scenario", body: Play, response: answers(z.unknown()) } },
    async (request) => {
      const { overReal, ...story } = request.body;
      if (!overReal && house.site.simulated) {
        const real = unexplained(await playedStories(house), house.door.house.tickets.values());
        if (real.length > 0) {
          const { zh, en, tickets } = overEmergency(real);
          throw new Refused(409, "drill-over-emergency", zh, en, { tickets });
        }
      }
      // Before the simulators are asked: an alarm may follow at once.
      const now = house.clock.now();
      const said = await ask("POST", "/play", story);
      const played = playedEntry(said, actorOf(request).id, now);
      if (played) await house.record({ journal: [played] });
      return said;
    },
  );

  server.post(
    "/api/simulator/stop",
    {
      schema: {
        tags: ["simulator"],
        summary: "Stop what is playing",
        body: z.strictObject({}).nullish(),
        response: answers(z.unknown()),
      },
    },
    async () => ask("POST", "/stop"),
  );
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
