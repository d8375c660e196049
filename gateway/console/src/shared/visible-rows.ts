/** Which rows of a long list are in sight. Only these exist in the page, so ten thousand cost as much as fifty. */

export interface Sight {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
  /** Height of the whole list in pixels. */
  readonly height: number;
}

/** One row may be opened: then `extra` pixels follow it. */
export interface Opened {
  readonly index: number;
  readonly extra: number;
}

const OVERSCAN = 6;

export const topOf = (index: number, row: number, opened?: Opened): number =>
  index * row + (opened && opened.index >= 0 && index > opened.index ? opened.extra : 0);

export function visibleRows(count: number, row: number, scroll: number, room: number, opened?: Opened): Sight {
  const extra = opened && opened.index >= 0 && opened.index < count ? opened.extra : 0;
  const height = count * row + extra;
  const at = (y: number): number => {
    if (extra === 0 || !opened || y < (opened.index + 1) * row) return Math.floor(y / row);
    return Math.max(opened.index, Math.floor((y - extra) / row));
  };
  const top = Math.min(Math.max(0, scroll), Math.max(0, height - room));
  return {
    first: Math.max(0, at(top) - OVERSCAN),
    end: Math.min(count, at(top + room) + 1 + OVERSCAN),
    height,
  };
}
