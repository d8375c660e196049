/** Where providers of texts and calls tell back what became of a message: signed, fresh, and each answer once. */
import * as z from "zod";
import type { Actor } from "#model/account";
import { Secrets } from "#model/channel-settings";
import type { Message } from "#model/message";
import type { Person } from "#model/site";
import { minutes } from "#model/time";
import { Refused } from "../../net/refused.ts";
import { readSigned } from "../../net/signed-headers.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { type KeyStep, planOfAnswer } from "../channel-answer.ts";
import { answers, ChannelParams } from "../inputs.ts";
import { stepCommand } from "../step-command.ts";

/** An answer is a few fields. */
const LARGEST = 4_096;
/** Longer than a signature is believed. */
const FRESH = minutes(5);

const Answer = z.strictObject({
  /** The `{key}` that went out with the message. */
  key: z.string().min(1).max(300),
  event: z.enum(["delivered", "failed", "read", "key"]),
  digit: z
    .string()
    .regex(/^[0-9*#]$/)
    .optional(),
  code: z
    .string()
    .regex(/^[\w.:-]{1,64}$/)
    .optional(),
});

const TakenShape = z.object({ taken: z.boolean() });

const secretOf = (settings: unknown) =>
  z.object({ answers: z.object({ secret: Secrets }) }).safeParse(settings).data?.answers.secret;

export async function channelAnswerRoutes(server: Server, house: ApiHouse): Promise<void> {
  const secrets = new Map(house.site.channels.map(({ id, settings }) => [id, secretOf(settings)]));
  const rooms = house.door.house;
  /** Answers heard while their signature is fresh, by their id: whoever sends one again is told that it is known. */
  const heard = new Map<string, number>();

  async function sent(channel: string, key: string): Promise<Message | undefined> {
    const ticket = key.split("/", 1)[0] ?? "";
    const found = rooms.outbox.get(key) ?? (await house.store.messages(ticket)).find((one) => one.key === key);
    return found?.channel === channel ? found : undefined;
  }

  /** In the name of the called person; a step that does not fit any more changes nothing, and its refusal is journalled as any other. */
  async function press(id: string, person: Person, ticket: string, { step, ...words }: KeyStep): Promise<void> {
    const actor: Actor = {
      kind: step === "decline" ? "link" : "person",
      id: person.id,
      name: person.name,
      role: step === "decline" ? "maintainer" : "operator",
    };
    try {
      await house.act(id, actor, stepCommand(ticket, step, words));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  // Of its own, so that the bytes that were signed are the bytes that are judged, here and nowhere else.
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: LARGEST }, (_request, body, done) =>
      done(null, body),
    );
    scope.post(
      "/api/channels/:id/answers",
      {
        bodyLimit: LARGEST,
        schema: {
          tags: ["people"],
          summary: "What became of a text or a call, told by its provider: signed as Standard Webhooks are",
          params: ChannelParams,
          response: answers(TakenShape),
        },
      },
      async (request) => {
        const { id } = request.params as { id: string };
        const secret = secrets.get(id);
        const now = house.clock.now();
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const signed = secret === undefined ? undefined : readSigned(secret, request.headers, body, now);
        if (signed?.is !== "good") throw signed?.is === "stale" ? stale() : forged();
        const read = Answer.safeParse(parsed(body));
        if (!read.success) throw garbled();
        for (const [known, at] of heard) if (now - at > 2 * FRESH) heard.delete(known);
        const seat = `${id} ${signed.id}`;
        if (heard.has(seat)) return { taken: false };
        heard.set(seat, now);
        try {
          return { taken: await take(id, signed.id, read.data) };
        } catch (error) {
          heard.delete(seat);
          throw error;
        }
      },
    );
  });

  /** False where there is nothing to do: long gone, told before, or of another house that shares the provider. */
  async function take(channel: string, id: string, told: z.output<typeof Answer>): Promise<boolean> {
    const { key, event, digit, code } = told;
    const message = await sent(channel, key);
    const ticket = message && (rooms.tickets.get(message.ticket) ?? rooms.lately.get(message.ticket));
    const person = house.site.people.people.find((one) => one.id === message?.to);
    if (!message || !ticket || !person) return false;
    const answer = { event, ...(digit === undefined ? {} : { digit }), ...(code === undefined ? {} : { code }) };
    const plan = planOfAnswer(answer, message, ticket, person, house.clock.now());
    if (plan.message || plan.journal.length > 0) {
      await house.record({ messages: plan.message ? [plan.message] : [], journal: plan.journal });
    }
    if (plan.undelivered) house.nextWay(message);
    for (const step of plan.steps) await press(`answer:${channel}:${id}:${step.step}`, person, ticket.no, step);
    return plan.message !== undefined || plan.journal.length > 0;
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** The same for a channel that takes no answers: nobody learns which there are. */
const forged = () =>
  new Refused(
    401,
    "not-signed",
    "签名不符。请核对通道 answers 的 secret。",
    "The signature does not fit. Compare the secret under answers of the channel.",
  );
const stale = () =>
  new Refused(
    401,
    "signed-at-another-time",
    "签名时间与网关时钟相差超过五分钟。",
    "The signature is more than five minutes away from the gateway's clock.",
  );
const garbled = () =>
  new Refused(400, "bad-request", "回执格式不对：需要 key 和 event。", "This is no answer: it needs key and event.");
