/** Text in the two languages that every message for people comes in. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}
