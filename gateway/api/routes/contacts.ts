/** Who reported a ticket: written down by the desk, masked on every screen, and shown on a click that the journal keeps. */
import { usualPersonalData } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { days } from "#model/time";
import { Refused } from "../../net/refused.ts";
import { type Contact, keepContact, maskContact, readContact } from "../../people/contacts.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf } from "../guard.ts";
import { answers } from "../inputs.ts";
import { type ContactBody, ContactShape } from "../kept-shapes.ts";
import { KeepContact, TicketParams } from "../ticket-inputs.ts";

/** The contact of a ticket as it may be shown; `undefined` where there is none. */
export async function maskedContact(house: ApiHouse, no: string): Promise<ContactBody | undefined> {
  const contact = await readContact(house.vault, no);
  if (contact === "unreadable") return { ...bodyOf(house, { name: "", phone: "" }, false), unreadable: true };
  return contact && bodyOf(house, maskContact(contact), false);
}

/** Seals who reported it; the journal keeps who wrote it down, or looked, and never what. */
export async function writeContact(house: ApiHouse, no: string, contact: Contact, actor: string): Promise<void> {
  await keepContact(house.vault, no, contact);
  await note(house, no, "contact-recorded", actor);
}

function note(house: ApiHouse, no: string, event: string, actor: string): Promise<unknown> {
  const at = house.clock.now();
  return house.record({ journal: [{ at, occurredAt: at, about: `ticket:${no}`, event, actor, data: {} }] });
}

const bodyOf = (house: ApiHouse, contact: Contact, clear: boolean): ContactBody => ({
  ...contact,
  clear,
  keptDays: Math.round((house.site.policy.personal ?? usualPersonalData).contacts / days(1)),
});

/** What is sealed and cannot be opened: people are told what to do about it. */
export const unreadable = ([zh, en]: readonly [string, string]): Refused =>
  new Refused(
    409,
    "sealed-unreadable",
    `${zh}无法解密：密钥 keys.json 已更换，或文件已损坏。请管理员放回所保管的密钥副本并重启；急用时请重新登记。`,
    `${en} cannot be opened: keys.json is another one, or the file was damaged. Ask the administrator to put back the copy of the keys and restart; if it is urgent, write it down again.`,
  );

export function contactRoutes(server: Server, house: ApiHouse): void {
  const { tickets, lately } = house.door.house;
  const find = async (no: string): Promise<Ticket> => {
    const ticket = tickets.get(no) ?? lately.get(no) ?? (await house.store.ticket(no));
    if (!ticket) throw new Refused(404, "no-such-ticket", `没有工单 ${no}。`, `There is no ticket ${no}.`);
    return ticket;
  };

  server.post(
    "/api/tickets/:no/contact",
    {
      schema: {
        tags: ["tickets"],
        summary: "Writes down who reported it; replaces what was there",
        params: TicketParams,
        body: KeepContact,
        response: answers(ContactShape),
      },
    },
    async (request) => {
      const { no } = await find(request.params.no);
      const { name, phone } = request.body;
      await writeContact(house, no, { name, phone }, actorOf(request).id);
      return bodyOf(house, maskContact({ name, phone }), false);
    },
  );

  server.post(
    "/api/tickets/:no/contact/show",
    {
      schema: {
        tags: ["tickets"],
        summary: "Who reported it, as it was told; the journal keeps who looked",
        params: TicketParams,
        response: answers(ContactShape),
      },
    },
    async (request) => {
      const { no } = await find(request.params.no);
      const contact = await readContact(house.vault, no);
      if (!contact) {
        throw new Refused(
          404,
          "no-contact",
          "没有登记联系方式，或已按期清除。",
          "Nobody was written down, or it was erased in time.",
        );
      }
      if (contact === "unreadable") throw unreadable(["联系方式", "The contact"]);
      await note(house, no, "contact-shown", actorOf(request).id);
      return bodyOf(house, contact, true);
    },
  );
}
