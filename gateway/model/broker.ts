/** The broker of the house as a site describes it: where it listens, who may come, and what each may say and hear. */

export interface BrokerUser {
  readonly name: string;
  readonly password: string;
  /** Client ids that this user may come with; no two users share one. */
  readonly clients: readonly string[];
  /** Topic filters. What none of them takes is refused. */
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export interface BrokerLimits {
  readonly clients: number;
  /** Of one client: this many a second on average, five times as many at once. */
  readonly messagesPerSecond: number;
  readonly packetBytes: number;
  readonly retained: number;
  /** Messages kept for a client that is away. */
  readonly queued: number;
}

export interface BrokerSettings {
  readonly listen: { readonly host: string; readonly port: number };
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly users: readonly BrokerUser[];
  readonly limits: BrokerLimits;
}

/** The house's own name at its broker; topics below it are the house's to publish. */
export const OWN_NAME = "gatehouse";
