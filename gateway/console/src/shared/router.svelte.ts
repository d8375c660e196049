/** Which page the address asks for. Plain links work; the back button brings back filter and place. */

export type Route =
  | { readonly page: "watch" }
  | { readonly page: "devices" }
  | { readonly page: "device"; readonly id: string }
  | { readonly page: "ticket"; readonly no: string }
  | { readonly page: "tickets" }
  | { readonly page: "drill" }
  | { readonly page: "links" }
  | { readonly page: "link"; readonly id: string }
  | { readonly page: "rules"; readonly part: string }
  | { readonly page: "handover" }
  | { readonly page: "reports"; readonly part: string; readonly id: string }
  | { readonly page: "suppressed" }
  | { readonly page: "users" }
  | { readonly page: "duty" }
  | { readonly page: "nowhere"; readonly path: string };

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Reads a path such as `/tickets/GD20261121-000042`. */
export function routeOf(path: string): Route {
  const [first = "", second = "", ...more] = path.split("/").slice(1);
  if (first === "reports" && more.length < 2) return { page: first, part: second, id: decoded(more[0] ?? "") };
  if (more.length > 0) return { page: "nowhere", path };
  if (second === "") {
    if (first === "" || first === "watch") return { page: "watch" };
    if (first === "tickets") return { page: "tickets" };
    if (first === "devices") return { page: "devices" };
    if (first === "drill") return { page: "drill" };
    if (first === "links") return { page: "links" };
    if (first === "rules") return { page: "rules", part: "" };
    if (first === "handover") return { page: "handover" };
    if (first === "suppressed" || first === "users" || first === "duty") return { page: first };
  } else {
    if (first === "rules" && (second === "tuning" || second === "learned")) return { page: "rules", part: second };
    if (first === "devices") return { page: "device", id: decoded(second) };
    if (first === "links") return { page: "link", id: decoded(second) };
    if (first === "tickets") return { page: "ticket", no: decoded(second) };
  }
  return { page: "nowhere", path };
}

let path = $state(location.pathname);
const route = $derived(routeOf(path));

export const routeNow = (): Route => route;
export const pathNow = (): string => path;

export const deviceHref = (id: string): string => `/devices/${encodeURIComponent(id)}`;
export const linkHref = (id: string): string => `/links/${encodeURIComponent(id)}`;
export const ticketHref = (no: string): string => `/tickets/${encodeURIComponent(no)}`;

export function go(to: string): void {
  const [page = "/", mark] = to.split("#");
  // `?wall=1` and its like belong to the screen and stay with it.
  if (page !== location.pathname || mark)
    history.pushState(null, "", page + location.search + (mark ? `#${mark}` : ""));
  path = location.pathname;
  window.scrollTo(0, 0);
}

/** Takes over plain clicks on links of this house, and the back button. */
export function followLinks(): void {
  addEventListener("popstate", () => {
    path = location.pathname;
  });
  document.addEventListener("click", (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const href = link?.getAttribute("href");
    if (!link || !href?.startsWith("/") || href.startsWith("/api") || link.hasAttribute("target")) return;
    event.preventDefault();
    go(href);
  });
}
