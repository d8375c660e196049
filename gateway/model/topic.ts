/** Topic names and filters by MQTT 3.1.1 section 4.7: what is one, which filter takes which topic, which filter holds another. */

/** Longest topic in bytes and most levels that this house takes; MQTT itself allows 65,535 bytes (security research 0c). */
export const TOPIC_BYTES = 256;
export const TOPIC_LEVELS = 16;

// Control characters are allowed by MQTT, used by nobody, and hide what a log line shows.
const UNPRINTABLE = /\p{Cc}/u;

const utf8 = new TextEncoder();

const fits = (text: string): boolean =>
  text.length > 0 &&
  utf8.encode(text).length <= TOPIC_BYTES &&
  text.split("/").length <= TOPIC_LEVELS &&
  !UNPRINTABLE.test(text);

/** A name that something may be published under: no wildcard. */
export const isTopic = (text: string): boolean => fits(text) && !/[+#]/.test(text);

/** A filter: `+` stands for a whole level, `#` for the whole rest and only at the end. */
export function isFilter(text: string): boolean {
  if (!fits(text)) return false;
  const levels = text.split("/");
  return levels.every(
    (level, place) => level === "+" || (level === "#" && place === levels.length - 1) || !/[+#]/.test(level),
  );
}

/** Whether a filter takes a topic. A wildcard in the first level never takes a topic that begins with `$`. */
export function takes(filter: string, topic: string): boolean {
  if (topic.startsWith("$") && /^[+#]/.test(filter)) return false;
  return holds(filter.split("/"), topic.split("/"));
}

/** Whether every topic that `inner` takes is taken by `outer` too. */
export function covers(outer: string, inner: string): boolean {
  if (inner.startsWith("$") && /^[+#]/.test(outer)) return false;
  return holds(outer.split("/"), inner.split("/"));
}

function holds(outer: readonly string[], inner: readonly string[]): boolean {
  for (const [place, level] of outer.entries()) {
    // Also where the inner one has ended: `a/#` takes `a` as well (4.7.1.2).
    if (level === "#") return true;
    const other = inner[place];
    if (other === undefined || other === "#") return false;
    if (level !== "+" && level !== other) return false;
  }
  return outer.length === inner.length;
}
