/** What one caller may ask of the house. Numbers from the security research, section 0c; each one has a test. */
import { milliseconds, minutes, type Span, seconds } from "#model/time";

export interface Limits {
  readonly headerBytes: number;
  readonly headers: number;
  readonly headersWithin: Span;
  readonly requestWithin: Span;
  readonly keepAlive: Span;
  /** Any body. */
  readonly bodyBytes: number;
  readonly jsonBytes: number;
  readonly jsonDepth: number;
  readonly jsonKeys: number;
  readonly jsonNodes: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** 20 requests a second on average: 60 within three seconds. */
  readonly requests: { readonly count: number; readonly within: Span };
  /** Sign-in and first run, per address. */
  readonly signIns: { readonly count: number; readonly within: Span };
  readonly socketMessageBytes: number;
  readonly socketMessages: { readonly count: number; readonly within: Span };
  readonly socketsPerPerson: number;
  /** A socket that has more than this unsent gets no values any more. */
  readonly dropValuesAbove: number;
  /** A socket that has more than this unsent is closed. */
  readonly closeSocketAbove: number;
  readonly ping: Span;
  readonly pingsMissed: number;
  readonly values: Span;
  readonly alarms: Span;
  readonly framesKept: number;
  readonly frameBytesKept: number;
}

const KiB = 1_024;
const MiB = 1_024 * KiB;

export const defaultLimits: Limits = {
  headerBytes: 16 * KiB,
  headers: 100,
  headersWithin: seconds(10),
  requestWithin: seconds(30),
  keepAlive: seconds(65),
  bodyBytes: 1_000_000,
  jsonBytes: 256 * KiB,
  jsonDepth: 32,
  jsonKeys: 2_000,
  jsonNodes: 100_000,
  connections: 400,
  connectionsPerAddress: 40,
  requests: { count: 60, within: seconds(3) },
  signIns: { count: 20, within: minutes(1) },
  socketMessageBytes: 64 * KiB,
  socketMessages: { count: 20, within: seconds(1) },
  socketsPerPerson: 20,
  dropValuesAbove: MiB,
  closeSocketAbove: 4 * MiB,
  ping: seconds(15),
  pingsMissed: 2,
  values: milliseconds(250),
  alarms: milliseconds(50),
  framesKept: 10_000,
  frameBytesKept: 32 * MiB,
};
