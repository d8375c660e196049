/** What can go wrong with what lasts, told in words for the person at the machine. */
import type { Text } from "#model/text";

export type TroubleKind =
  /** Another process holds the file. */
  | "in-use"
  /** Written by a newer version, or by something else. */
  | "not-ours"
  /** The disk is full, failing, read-only or hanging; it may come back. */
  | "away"
  /** A file of that name exists already. */
  | "exists"
  | "closed";

export class StoreTrouble extends Error {
  readonly kind: TroubleKind;
  readonly because: Text;
  constructor(kind: TroubleKind, because: Text, options?: ErrorOptions) {
    super(because.en, options);
    this.name = "StoreTrouble";
    this.kind = kind;
    this.because = because;
  }
}
