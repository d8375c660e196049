/** The JSON of what people fill in and sign. */
import * as z from "zod";
import { linkageStates, panelStates } from "#model/fire-log";
import { Severity } from "#model/severity";

const Time = z.iso.datetime();
const Text = z.object({ zh: z.string(), en: z.string() });
const Named = z.object({ id: z.string(), name: z.string() });
const SignatureShape = z.object({ name: z.string(), at: Time });

export const SnapshotShape = z.object({
  at: Time,
  tickets: z.array(
    z.object({
      no: z.string(),
      severity: Severity,
      state: z.string(),
      title: Text,
      assignee: z.string().optional(),
      recovered: z.boolean(),
      simulated: z.boolean(),
      clocks: z.array(z.object({ kind: z.string(), dueAt: Time, late: z.boolean() })),
      nextAt: Time.optional(),
    }),
  ),
  alarms: z.array(
    z.object({
      id: z.string(),
      device: z.string(),
      deviceName: Text,
      severity: Severity,
      title: Text,
      state: z.enum(["active", "shelved", "suppressed", "out-of-service"]),
      since: Time,
      until: Time.optional(),
      by: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
  silent: z.array(z.object({ id: z.string(), name: Text })),
});

export const HandoverShape = z.object({
  id: z.string(),
  state: z.enum(["open", "closed"]),
  at: Time,
  signBy: Time,
  /** Still open after `signBy`. */
  late: z.boolean(),
  /** Closed without both signatures. */
  missed: z.boolean(),
  team: z.object({ id: z.string(), name: Text }),
  leaving: z.array(Named),
  coming: z.array(Named),
  notes: z.string(),
  checks: z.array(z.object({ id: z.string(), text: Text, ok: z.boolean().optional() })),
  /** As signed, or as the house stands now while nobody has signed. */
  snapshot: SnapshotShape.optional(),
  handedBy: SignatureShape.optional(),
  /** Opened after the first signature: up to the second one, or up to now while it is missing. */
  since: SnapshotShape.shape.tickets.optional(),
  takenBy: SignatureShape.optional(),
});

export const HandoverDeskShape = z.object({
  /** Teams that hand over in writing, each with the paper that waits or the time of the next change. */
  teams: z.array(z.object({ id: z.string(), name: Text, waiting: z.string().optional(), nextAt: Time.optional() })),
  handovers: z.array(HandoverShape),
});

export const FireLogShape = z.object({
  id: z.string(),
  state: z.enum(["open", "closed"]),
  at: Time.describe("when it was due"),
  fillBy: Time,
  /** Made after `fillBy`, or still to be made after it. */
  late: z.boolean(),
  /** Closed without an entry. */
  missed: z.boolean(),
  onDuty: z.array(Named),
  checks: z.array(z.object({ id: z.string(), text: Text, ok: z.boolean().optional() })),
  /** Due at a change of shift: who left and came, and the handovers that both shifts sign beside it. */
  handover: z
    .object({
      leaving: z.array(Named),
      coming: z.array(Named),
      papers: z.array(
        z.object({ id: z.string(), handedBy: SignatureShape.optional(), takenBy: SignatureShape.optional() }),
      ),
    })
    .optional(),
  entry: z.object({ panel: z.enum(panelStates), linkage: z.enum(linkageStates), remarks: z.string() }).optional(),
  /** What the house knew of the fire system: as frozen by the entry, or as it stands now. */
  seen: SnapshotShape.pick({ at: true, alarms: true, silent: true })
    .extend({ drills: z.array(z.object({ ticket: z.string(), title: Text, from: Time, to: Time.optional() })) })
    .optional(),
  filledBy: SignatureShape.optional(),
});

export const FireRoomShape = z.object({
  /** Who is there now by the rota. */
  onDuty: z.array(Named),
  atLeast: z.int().optional().describe("so many are asked for at any time"),
  longestShift: z.number().optional().describe("so long may anybody be there without a break, ms"),
  /** Too few on duty, or somebody there for too long: what goes on and what was, the newest first. */
  gaps: z.array(
    z.object({
      id: z.string(),
      from: Time,
      to: Time.optional(),
      onDuty: z.array(Named),
      text: Text,
    }),
  ),
});

export type FireRoomBody = z.infer<typeof FireRoomShape>;
export type FireLogBody = z.infer<typeof FireLogShape>;
export type HandoverBody = z.infer<typeof HandoverShape>;
export type HandoverDeskBody = z.infer<typeof HandoverDeskShape>;
export type SnapshotBody = z.infer<typeof SnapshotShape>;
