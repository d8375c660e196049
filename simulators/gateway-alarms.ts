/** Asks a gateway on this machine for its alarms and tickets, as a user with a token would, so that they can be scored. */
import { request } from "node:http";
import * as z from "zod";
import type { Severity } from "./scenarios/scenario.ts";
import type { SeenAlarm } from "./score.ts";
import type { Text } from "./text.ts";

const longest = 20_000_000;
const Grade = z.enum(["S1", "S2", "S3", "S4"]);
const Alarms = z.array(
  z.object({
    id: z.string(),
    rule: z.string(),
    device: z.string(),
    severity: Grade,
    occurrence: z.number().optional(),
    activeSince: z.string(),
    state: z.string().optional(),
    ticket: z.string().optional(),
    acknowledgedBy: z.string().optional(),
  }),
);
const Tickets = z.array(z.object({ no: z.string(), class: z.string(), severity: Grade }));

type Wrong = { readonly wrong: Text };

/** `gateway` is the origin of a gateway on a loopback address. */
export async function readGateway(gateway: URL, token: string): Promise<readonly SeenAlarm[] | Wrong> {
  const alarms = await ask(gateway, "/api/alarms?state=all", token, Alarms);
  if ("wrong" in alarms) return alarms;
  const tickets = await ask(gateway, "/api/tickets?state=all", token, Tickets);
  if ("wrong" in tickets) return tickets;
  const byNumber = new Map(tickets.value.map((ticket) => [ticket.no, ticket]));
  return alarms.value
    .filter(({ occurrence }) => occurrence !== 0)
    .map((alarm) => {
      const ticket = alarm.ticket === undefined ? undefined : byNumber.get(alarm.ticket);
      return {
        id: alarm.id,
        rule: alarm.rule,
        device: alarm.device,
        severity: alarm.severity as Severity,
        at: Date.parse(alarm.activeSince),
        // What came and went under its cause was never shown to anybody.
        suppressed: alarm.state === "suppressed" || alarm.acknowledgedBy === "auto:suppressed",
        ...(ticket && { ticketClasses: [ticket.class], ticketSeverity: ticket.severity as Severity }),
      };
    });
}

function ask<T>(gateway: URL, path: string, token: string, shape: z.ZodType<T>): Promise<{ value: T } | Wrong> {
  return new Promise((resolve) => {
    const wrong = (why: string) =>
      resolve({
        wrong: {
          zh: `无法从 ${gateway.origin}${path} 读取告警和工单：${why}。请检查网关是否在运行、令牌是否正确`,
          en: `Alarms and tickets cannot be read from ${gateway.origin}${path}: ${why}. Is the gateway running, and the token right?`,
        },
      });
    const call = request(
      new URL(path, gateway),
      { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(5_000) },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > longest) call.destroy(new Error("too long"));
          else chunks.push(chunk);
        });
        response.on("error", (error) => wrong(error.message));
        response.on("end", () => {
          if (response.statusCode !== 200) return wrong(`HTTP ${response.statusCode}`);
          try {
            const read = shape.safeParse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
            if (read.success) resolve({ value: read.data });
            else wrong(read.error.issues[0]?.message ?? "?");
          } catch {
            wrong("no JSON");
          }
        });
      },
    );
    call.on("error", (error) => wrong(error.message));
    call.end();
  });
}
