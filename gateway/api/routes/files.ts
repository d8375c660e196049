/** Photos, papers and signatures of a ticket: taken by content, kept sealed, given out as downloads and never as pages. */
import { createHash } from "node:crypto";
import multipart from "@fastify/multipart";
import type { FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import type { Actor } from "#model/account";
import type { Ticket, TicketFile } from "#model/ticket";
import type { Instant } from "#model/time";
import { calledOut } from "../../../rules/response/called-out.ts";
import { Refused } from "../../net/refused.ts";
import { newEntryId, Unreadable } from "../../people/vault.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf, visitOf } from "../guard.ts";
import { answers, CommandId, created, Instantly, toInstant } from "../inputs.ts";
import { FileShape } from "../kept-shapes.ts";
import { fileBodies } from "../project-kept.ts";
import { LARGEST_FILE, readUpload, type Upload } from "../read-upload.ts";
import { FileParams, TicketParams, VisitFileParams } from "../ticket-inputs.ts";
import { unreadable } from "./contacts.ts";

/** The file and what stands around it in the form. */
const ROUTE_BYTES = LARGEST_FILE + 16 * 1_024;
const ENDING = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf" } as const;

const Fields = z.strictObject({
  what: z.string().optional(),
  commandId: CommandId.optional(),
  occurredAt: Instantly.optional(),
});
const FIELDS = new Set(Object.keys(Fields.shape));
interface Form {
  readonly bytes: Buffer;
  readonly what: string | undefined;
  readonly commandId: string | undefined;
  readonly occurredAt: Instant | undefined;
}

/** In a scope of its own: no other route takes forms. */
export async function fileRoutes(server: Server, house: ApiHouse): Promise<void> {
  const find = async (no: string): Promise<Ticket> => {
    const { tickets, lately } = house.door.house;
    const ticket = tickets.get(no) ?? lately.get(no) ?? (await house.store.ticket(no));
    if (!ticket) throw new Refused(404, "no-such-ticket", `没有工单 ${no}。`, `There is no ticket ${no}.`);
    return ticket;
  };

  async function take(request: FastifyRequest, no: string, actor: Actor) {
    const { bytes, what, commandId, occurredAt } = await readForm(request);
    const read = readUpload(bytes);
    if (!read.ok) throw new Refused(415, "wrong-file", read.because.zh, read.because.en);
    const id = commandId === undefined ? newEntryId() : entryIdOf(commandId, no, actor);
    return turnOf(id, () => keep(no, actor, id, read, what, occurredAt));
  }

  /** What came before under the same command is answered, and not kept twice. */
  async function keep(
    no: string,
    actor: Actor,
    id: string,
    read: Extract<Upload, { ok: true }>,
    what: string | undefined,
    occurredAt: Instant | undefined,
  ) {
    const before = fileBodies(await find(no), new Set()).find((one) => one.id === id);
    if (before) return before;
    const pdf = read.type === "application/pdf";
    const entry = { ticket: (await find(no)).no, kind: "file", id } as const;
    const file: Omit<TicketFile, "by" | "at"> = {
      id,
      what: what === "signature" && !pdf ? "signature" : pdf ? "document" : "photo",
      type: read.type,
      bytes: read.content.length,
      sha256: createHash("sha256").update(read.content).digest("hex"),
    };
    // First the bytes: a ticket never tells of a file that is not there.
    await house.vault.put(entry, read.content).catch((error: unknown) => {
      house.log.error(
        { ticket: no, because: error instanceof Error ? error.message : String(error) },
        "a file of a ticket could not be kept",
      );
      throw noRoom(error);
    });
    try {
      await house.act(`file:${id}`, actor, {
        do: "attach-file",
        ticket: no,
        file,
        ...(occurredAt === undefined ? {} : { occurredAt }),
      });
    } catch (error) {
      await house.vault.erase(entry);
      throw error;
    }
    const body = fileBodies(await find(no), new Set()).find((one) => one.id === id);
    if (!body) throw new Error("the door took a file and the ticket does not have it");
    return body;
  }

  /** A photo that is sent again while it still arrives waits for itself. */
  const arriving = new Map<string, Promise<unknown>>();
  async function turnOf<T>(id: string, work: () => Promise<T>): Promise<T> {
    for (let before = arriving.get(id); before; before = arriving.get(id)) await before.catch(() => {});
    const mine = work();
    arriving.set(id, mine);
    try {
      return await mine;
    } finally {
      if (arriving.get(id) === mine) arriving.delete(id);
    }
  }

  async function give(reply: FastifyReply, ticket: Ticket, id: string) {
    const file = ticket.files?.find((one) => one.id === id);
    const content =
      file &&
      (await house.vault.read({ ticket: ticket.no, kind: "file", id }).catch((error: unknown) => {
        throw error instanceof Unreadable ? unreadable(["附件", "The file"]) : error;
      }));
    if (!file || !content) {
      throw new Refused(
        404,
        "no-such-file",
        "没有此文件，或已按期清除。",
        "There is no such file, or it was erased in time.",
      );
    }
    const place = (ticket.files ?? []).indexOf(file) + 1;
    return reply
      .type(file.type)
      .headers({
        "content-disposition": `attachment; filename="${ticket.no}-${place}.${ENDING[file.type]}"`,
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-origin",
      })
      .serializer((bytes: Buffer) => bytes as never)
      .send(content);
  }

  await server.register(async (scope) => {
    await scope.register(multipart, {
      limits: { files: 1, fileSize: LARGEST_FILE, fields: 4, fieldSize: 64, parts: 5, headerPairs: 20 },
    });
    const routes = scope as Server;
    const tags = ["tickets"];

    routes.post(
      "/api/tickets/:no/files",
      {
        bodyLimit: ROUTE_BYTES,
        schema: {
          tags,
          summary: "Adds a picture (JPEG, PNG, WebP) or a PDF of 5 MB at most, as the field `file` of a form",
          params: TicketParams,
          response: created(FileShape),
        },
      },
      async (request, reply) => reply.code(201).send(await take(request, request.params.no, actorOf(request))),
    );

    routes.post(
      "/api/visit/files",
      {
        bodyLimit: ROUTE_BYTES,
        schema: { tags: ["visit"], summary: "As above, by a link", response: created(FileShape) },
      },
      async (request, reply) => {
        const { ticket, person: id } = visitOf(request).visit;
        const person = house.site.people.people.find((one) => one.id === id);
        if (!person) throw new Refused(404, "no-such-person", "没有此人。", "There is no such person.");
        const actor: Actor = { kind: "link", id, name: person.name, role: "maintainer" };
        return reply.code(201).send(await take(request, ticket, actor));
      },
    );
  });

  server.get(
    "/api/tickets/:no/files/:id",
    {
      schema: { tags: ["tickets"], summary: "A file, as a download", params: FileParams, response: answers(FileShape) },
    },
    async (request, reply) => give(reply as never, await find(request.params.no), request.params.id),
  );

  server.get(
    "/api/visit/files/:id",
    {
      schema: {
        tags: ["visit"],
        summary: "A file, as a download",
        params: VisitFileParams,
        response: answers(FileShape),
      },
    },
    async (request, reply) => {
      const { visit } = visitOf(request);
      const ticket = await find(visit.ticket);
      const person = house.site.people.people.find((one) => one.id === visit.person);
      if (!person || calledOut(ticket, person, house.clock.now()) !== "mine") {
        throw new Refused(403, "not-yours", "此工单当前不由您处理。", "This ticket is not yours now.");
      }
      return give(reply as never, ticket, request.params.id);
    },
  );
}

/** The same for the same command of the same person, however often it comes. */
const entryIdOf = (commandId: string, no: string, actor: Actor): string =>
  createHash("sha256").update([actor.kind, actor.id, no, commandId].join("\n")).digest("hex").slice(0, 32);

/** The one file of a form, whole in memory, and what stands beside it: what it is said to be, under which command, when it was taken. */
async function readForm(request: FastifyRequest): Promise<Form> {
  if (!request.isMultipart()) {
    throw new Refused(
      415,
      "wrong-content-type",
      "请以 multipart/form-data 上传，文件字段名为 file。",
      "Send a multipart/form-data form with the file in the field file.",
    );
  }
  let bytes: Buffer | undefined;
  const fields = new Map<string, string>();
  try {
    for await (const part of request.parts()) {
      if (part.type === "file" && part.fieldname === "file") bytes = await part.toBuffer();
      else if (part.type === "field" && FIELDS.has(part.fieldname)) fields.set(part.fieldname, String(part.value));
      else throw wrongForm();
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    const { code, statusCode } = error as { code?: string; statusCode?: number };
    if (code === "FST_REQ_FILE_TOO_LARGE" || statusCode === 413) {
      throw new Refused(
        413,
        "too-large",
        "文件超过 5 MB，请压缩后再上传。",
        "The file is larger than 5 MB. Make it smaller.",
      );
    }
    throw wrongForm();
  }
  const read = Fields.safeParse(Object.fromEntries(fields));
  if (!bytes || !read.success) throw wrongForm();
  const { what, commandId, occurredAt } = read.data;
  return { bytes, what, commandId, occurredAt: occurredAt === undefined ? undefined : toInstant(occurredAt) };
}

const wrongForm = () =>
  new Refused(
    400,
    "wrong-form",
    "表单不完整：需要一个名为 file 的文件。",
    "The form is not whole: it takes one file in the field file.",
  );

/** Not the sender's fault: it may be sent again once there is room. */
const noRoom = (error: unknown): Refused =>
  ["ENOSPC", "EDQUOT"].includes(String((error as { code?: unknown }).code))
    ? new Refused(
        503,
        "disk-full",
        "网关磁盘已满，文件没有保存。请通知工程人员腾出空间后再上传。",
        "The disk of the gateway is full, the file was not kept. Have room made, then send it again.",
      )
    : new Refused(
        503,
        "not-kept",
        "网关没能保存此文件，原因已记入日志，请稍后重试。",
        "The gateway could not keep this file; the log says why. Try again later.",
      );
