/** What the two ends of a target say to each other: the house's loop on one side, the thread with queue and target on the other. */
import type { InfluxTarget, MqttTarget, NorthQueue, WebhookTarget } from "#model/north";
import type { Text } from "#model/text";
import type { Batch } from "../history/tail.ts";
import type { LetGo, QueueStanding } from "./queue.ts";
import type { Told } from "./record.ts";
import type { NorthPoint } from "./sender.ts";
import type { Texts } from "./waiting.ts";

export type TargetSettings =
  | { readonly kind: "influx"; readonly target: InfluxTarget }
  | { readonly kind: "mqtt"; readonly target: MqttTarget; readonly clientId: string }
  | { readonly kind: "webhook"; readonly target: WebhookTarget };

export interface WorkerInput {
  readonly name: string;
  readonly folder: string;
  readonly site: string;
  /** By position: what `batch.series` means. */
  readonly points: readonly NorthPoint[];
  readonly queue: NorthQueue;
  /** Bytes that stay free on the disk for alarms and tickets of the house. */
  readonly reserve: number;
  readonly settings: TargetSettings;
  /** Devices that do not answer at the start of the thread. */
  readonly lost: readonly string[];
  readonly now: number;
  readonly mono: number;
}

export type ToWorker =
  | {
      readonly do: "samples";
      readonly batch: Batch;
      readonly texts: Texts;
      readonly now: number;
      readonly mono: number;
    }
  | { readonly do: "device"; readonly device: string; readonly isLost: boolean }
  /** Changes behind row `from` of the journal up to row `upTo`; without `from` the queue begins here. */
  | { readonly do: "told"; readonly rows: readonly Told[]; readonly from?: number; readonly upTo: number }
  | { readonly do: "answer"; readonly id: number; readonly text: string }
  | { readonly do: "close" };

export interface TargetStanding extends QueueStanding {
  /** Share of the cap in use, 0 to 1. */
  readonly fill: number;
  readonly sent: number;
  /** Why nothing goes out; absent while all is well. */
  readonly because?: Text;
}

export type FromWorker =
  | { readonly say: "ready"; readonly cursor?: number }
  /** Samples that are in the queue, or were let go because the disk refused for too long. */
  | { readonly say: "added"; readonly stored: number; readonly dropped: number }
  | { readonly say: "standing"; readonly standing: TargetStanding }
  | { readonly say: "state"; readonly because?: Text }
  | { readonly say: "let-go"; readonly gone: readonly LetGo[] }
  | { readonly say: "refused"; readonly count: number; readonly because: Text }
  | { readonly say: "broken"; readonly because: Text }
  | { readonly say: "order"; readonly id: number; readonly point: string; readonly payload: string };
