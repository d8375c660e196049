import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Role, roles } from "#model/account";
import { ticketSteps } from "#model/plan";
import { zh } from "../../../gateway/console/src/shared/words/zh.ts";
import { isForVisits, mayUse, permissions } from "../../../gateway/people/permissions.ts";
import { exchange, type Stand, startStand, testSite } from "./stand.ts";

let stand: Stand;
let demo: Stand;
beforeAll(async () => {
  stand = await startStand();
  demo = await startStand({ site: testSite({ simulated: true }) });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  await demo[Symbol.asyncDispose]();
});

/** A path that fits the route's pattern and names nothing that exists. */
const path = (url: string): string =>
  url
    .replace("/api/alarms/:id", "/api/alarms/some.rule@no-device")
    .replace("/api/handovers/:id", "/api/handovers/JJ20250101-0800-nobody")
    .replace("/api/tokens/:id", "/api/tokens/00000000")
    .replace(":no", "GD20261121-000001")
    .replace(":id", "nothing")
    .replace("*", "nothing.css");

test.each(roles.filter((role) => role !== "admin"))(
  "%s is refused by the name of the role that the console shows",
  async (role) => {
    const { status, body } = await stand.ask("POST", "/api/users", { as: role, body: {} });
    expect([status, body.code]).toEqual([403, "not-your-role"]);
    expect(body.message.zh).toContain(`（${zh.role[role]}）`);
    expect(body.message.en).toContain(`(${role})`);
  },
);

/** Every route of the router, and the methods that change something with an empty body. */
const routes = () => stand.api.routes;
const tried = (at: Stand, method: string, url: string, as?: Role) =>
  at.ask(method, path(url), { ...(as ? { as } : {}), ...(method === "POST" ? { body: {} } : {}) });

/** Its credential is a signature over the body; it has tests of its own. */
const SIGNED = "POST /api/channels/:id/answers";
const open = new Set([
  "GET /healthz",
  "HEAD /healthz",
  "POST /api/session",
  "POST /api/first-run",
  "POST /api/visit",
  SIGNED,
]);

describe("every route of the router", () => {
  test("has a row in the table, and every row has a route", () => {
    const rows = new Set(Object.keys(permissions));
    for (const { method, url } of routes()) {
      const key = `${method === "HEAD" ? "GET" : method} ${url}`;
      expect(rows.has(key), key).toBe(true);
    }
    const known = new Set(routes().map(({ method, url }) => `${method === "HEAD" ? "GET" : method} ${url}`));
    for (const row of rows) if (row !== "GET /*") expect(known.has(row), row).toBe(true);
    expect(routes().length).toBeGreaterThan(50);
  });

  test("answers 401 without a credential, but for those of the contract", async () => {
    for (const { method, url } of routes()) {
      if (open.has(`${method} ${url}`)) continue;
      const answer = await tried(stand, method, url);
      expect(answer.status, `${method} ${url}`).toBe(401);
      if (method !== "HEAD") expect(answer.body).toMatchObject({ code: "sign-in-needed" });
    }
  });

  test.each(["Bearer nonsense", `Bearer gh_00000000_${"A".repeat(43)}`, "Basic YWRtaW46YWRtaW4=", "Bearer"])(
    "does not let %j in",
    async (authorization) => {
      for (const { method, url } of routes()) {
        if (open.has(`${method} ${url}`)) continue;
        const answer = await exchange(stand.port, method, path(url), { authorization });
        expect(answer.status, `${method} ${url}`).toBe(401);
      }
    },
  );

  test.each(roles)("gives %s exactly what the table says", async (role) => {
    for (const { method, url } of routes()) {
      // An open stream does not end by itself; it has its own tests.
      if (url === "/api/live/events" || `${method} ${url}` === SIGNED) continue;
      const { status } = await tried(stand, method, url, role);
      const wanted = mayUse(method, url, role, false);
      if (wanted === "yes") expect([401, 403], `${method} ${url}`).not.toContain(status);
      else expect(status, `${method} ${url}`).toBe(403);
    }
  });

  test("lets the admin of a simulated site do everything, and no other role more than elsewhere", async () => {
    for (const { method, url } of routes()) {
      // Nobody comes by a link with an account, whatever it may do.
      if (url === "/api/live/events" || isForVisits(method, url) || `${method} ${url}` === SIGNED) continue;
      const { status } = await tried(demo, method, url, "admin");
      expect([401, 403], `${method} ${url}`).not.toContain(status);
      for (const role of roles) {
        if (role !== "admin") expect(mayUse(method, url, role, true)).toBe(mayUse(method, url, role, false));
      }
    }
  });
});

describe("the table", () => {
  const may = (role: Role, route: string) => mayUse(route.split(" ")[0] ?? "", route.split(" ")[1] ?? "", role, false);

  test("a route without a row is closed to everybody", () => {
    for (const role of roles) expect(may(role, "GET /api/forgotten")).toBe("no");
    expect(mayUse("GET", "/api/forgotten", undefined, true)).toBe("sign-in");
    expect(may("admin", "DELETE /api/alarms")).toBe("no");
  });

  test("says who acts: the desk and the crew, not those who only look", () => {
    for (const step of ticketSteps) {
      const route = `POST /api/tickets/:no/${step}`;
      expect(may("operator", route)).toBe("yes");
      expect(may("supervisor", route)).toBe("yes");
      for (const role of ["viewer", "engineer", "admin"] as const)
        expect(may(role, route), `${role} ${step}`).toBe("no");
    }
    expect(may("maintainer", "POST /api/tickets/:no/arrive")).toBe("yes");
    expect(may("maintainer", "POST /api/tickets/:no/false-alarm")).toBe("no");
    expect(may("admin", "POST /api/alarms/:id/acknowledge")).toBe("no");
    expect(may("engineer", "POST /api/users")).toBe("no");
    expect(may("viewer", "GET /api/journal")).toBe("no");
  });
});

test("rights are read anew at each request: two tokens in turn never share them", async () => {
  for (let i = 0; i < 100; i += 1) {
    expect((await stand.ask("GET", "/api/users", { as: "viewer" })).status).toBe(403);
    expect((await stand.ask("GET", "/api/users", { as: "admin" })).status).toBe(200);
  }
});

test("no GET changes anything", async () => {
  const before = stand.door.taken.length;
  for (const { method, url } of routes()) {
    if (method === "GET" && url !== "/api/live/events") await tried(stand, method, url, "admin");
  }
  expect(stand.door.taken.length).toBe(before);
});

test.each([
  "//api/users",
  "/api//users",
  "/api/users/",
  "/api/%75sers/",
  "/api/users;x=1",
  "/api/users%2f",
  "/./api/users",
  "/api/x/../users",
  "/API/users",
])("the path %s gives nobody the list of users", async (odd) => {
  const answer = await exchange(stand.port, "GET", odd, {});
  expect(answer.text).not.toContain("createdAt");
  expect([400, 401, 403, 404, 503]).toContain(answer.status);
});
