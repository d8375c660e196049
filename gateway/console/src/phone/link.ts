/** The link that the page was opened with. It leaves the address at once, so that it is in no history and no screenshot. */
const KEPT = "gatehouse-link";

export interface ShownLink {
  readonly token: string;
  /** As the link says; whether that holds, the gateway says. */
  readonly no: string;
  readonly person: string;
}

/** Reads `/t#<token>`; a page that is loaded again before it was opened finds it in the tab. */
export function takeLink(): ShownLink | undefined {
  const token = /^#([\w-]{1,300}\.[\w-]{22})$/.exec(location.hash)?.[1] ?? sessionStorage.getItem(KEPT) ?? undefined;
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (token === undefined) return undefined;
  sessionStorage.setItem(KEPT, token);
  try {
    const claim = atob((token.split(".")[0] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const [no = "", person = ""] = claim.split("\n");
    return { token, no, person };
  } catch {
    return { token, no: "", person: "" };
  }
}

export const forgetLink = (): void => sessionStorage.removeItem(KEPT);
