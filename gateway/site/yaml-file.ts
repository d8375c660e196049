/** A YAML file that was read: its value, and where each part of it stands. */
import type { Place } from "./problems.ts";

export type Path = readonly (string | number)[];

/** Where a value stands: offsets into the text, and the same for what it holds. */
export interface Spot {
  /** Offset of the value; of its key when the value is empty. */
  readonly at: number;
  /** Offset of the first character of a scalar's text, behind the quote or in the first line of a block. */
  readonly textAt: number;
  readonly key?: number;
  /** A scalar as it is written. */
  readonly written?: string;
  readonly inside?: Map<string | number, Spot>;
}

export interface YamlFile {
  /** As problems name it. */
  readonly name: string;
  /** `undefined` when the file could not be read; its problems are in the list then. */
  readonly value: unknown;
  /** Paths (as `JSON.stringify(path)`) whose text came from the environment or from a file. */
  readonly resolved: ReadonlySet<string>;
  /** Paths whose reference could not be resolved; that was reported, so nothing else about their value is. */
  readonly unresolved: ReadonlySet<string>;
  /** Whether the path exists. */
  has(path: Path): boolean;
  /** The value at the path; when it does not exist, the nearest thing around it. */
  place(path: Path): Place;
  /** The key of the path's last part; the value when it stands in a list. */
  keyPlace(path: Path): Place;
  /** The first character of a scalar's text: where an expression begins. */
  textPlace(path: Path): Place;
  /** A scalar as the author wrote it, before any reference is resolved. */
  written(path: Path): string | undefined;
}

/** The same file with another value, e.g. after references to the environment were resolved. */
export function withValue(
  file: YamlFile,
  value: unknown,
  { resolved, unresolved }: Pick<YamlFile, "resolved" | "unresolved">,
): YamlFile {
  return { ...file, value, resolved, unresolved };
}

/** A file with the spots of its values; `placeAt` turns an offset into line and column. */
export function fileOf(name: string, value: unknown, root: Spot, placeAt: (offset: number) => Place): YamlFile {
  const find = (path: Path): { spot: Spot; complete: boolean } => {
    let spot = root;
    for (const part of path) {
      const next = spot.inside?.get(part);
      if (!next) return { spot, complete: false };
      spot = next;
    }
    return { spot, complete: true };
  };
  return {
    name,
    value,
    resolved: new Set(),
    unresolved: new Set(),
    has: (path) => find(path).complete,
    place: (path) => placeAt(find(path).spot.at),
    keyPlace: (path) => {
      const { spot, complete } = find(path);
      return placeAt(complete ? (spot.key ?? spot.at) : spot.at);
    },
    textPlace: (path) => placeAt(find(path).spot.textAt),
    written: (path) => find(path).spot.written,
  };
}

/** A file of which nothing could be read. */
export function emptyFile(name: string, whole: Place): YamlFile {
  const place = () => whole;
  return {
    name,
    value: undefined,
    resolved: new Set(),
    unresolved: new Set(),
    has: () => false,
    place,
    keyPlace: place,
    textPlace: place,
    written: () => undefined,
  };
}
