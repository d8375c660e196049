/** What a browser keeps: small choices of a workplace (language, theme, shortcuts), and steps that a phone could not send yet. A browser that refuses keeps nothing. */

export function kept(key: string): string | null {
  try {
    return localStorage.getItem(`gatehouse.${key}`);
  } catch {
    return null;
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(`gatehouse.${key}`, value);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(`gatehouse.${key}`);
  } catch {
    // Nothing was kept.
  }
}
