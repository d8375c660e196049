/** What a browser keeps: small choices of a workplace (language, theme, shortcuts), and steps that a phone could not send yet. A browser that refuses keeps nothing. */

export function kept(key: string): string | null {
  try {
    return localStorage.getItem(`gatehouse.${key}`);
  } catch {
    return null;
  }
}

/** False: a private window or a full phone refuses, and it lasts as long as the page. */
export function keep(key: string, value: string): boolean {
  try {
    localStorage.setItem(`gatehouse.${key}`, value);
    return true;
  } catch {
    return false;
  }
}

/** Keys that begin so. */
export function keptKeys(start: string): readonly string[] {
  try {
    return Object.keys(localStorage).flatMap((key) =>
      key.startsWith(`gatehouse.${start}`) ? [key.slice("gatehouse.".length)] : [],
    );
  } catch {
    return [];
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(`gatehouse.${key}`);
  } catch {
    // Nothing was kept.
  }
}
