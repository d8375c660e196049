import { request } from "node:https";
import { expect, test } from "vitest";
import { createPasswordHasher } from "../../../gateway/people/password-hash.ts";
import { startStand } from "./stand.ts";

/** A certificate for localhost that nobody trusts, made for this test; it protects nothing. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyhDgyE6gKLl2Mbvp
5/Np10YoyUyxwyObrd5skzPWF7WhRANCAAQvWoY6R7T+6OKnkWau3bHiX6gsbW9y
jwe5MOPaxP4WVcBPPml2V/PrvPz41MHXEwT55PEitBW2Fm43d4azh6g3
-----END PRIVATE KEY-----
`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUKLdYNrRSGPe080BpeaRpHGcjRJkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE5NDczN1oYDzIxMjYxMDI4
MTk0NzM3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQvWoY6R7T+6OKnkWau3bHiX6gsbW9yjwe5MOPaxP4WVcBPPml2V/Pr
vPz41MHXEwT55PEitBW2Fm43d4azh6g3o28wbTAdBgNVHQ4EFgQUJVCcTQyBIehV
tHtiZ9apdIraJmUwHwYDVR0jBBgwFoAUJVCcTQyBIehVtHtiZ9apdIraJmUwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAPBvItH3AU2DMolAodICut+/v8YtmC2e/VRcaxOK+mHUAiA/
NGg87y5t0e7XLZ05XshzICuTYTqat06Cd3ET5ydsTQ==
-----END CERTIFICATE-----
`;

test("over TLS the cookie is bound to this very host and never sent in clear, and the own origin is an https one", async () => {
  await using stand = await startStand({ listen: { host: "127.0.0.1", port: 0, tls: { key, cert } } });
  expect(stand.url).toBe(`https://127.0.0.1:${stand.port}`);
  const password = await createPasswordHasher().hash("correct horse 7!");
  const createdAt = stand.clock.now();
  stand.door.house.accounts.set("wang", {
    id: "wang",
    name: "王工",
    role: "viewer",
    password,
    state: "active",
    createdAt,
  });

  const ask = (method: string, path: string, headers: Record<string, string>, body?: string) =>
    new Promise<{ status: number | undefined; cookie: string | undefined }>((resolve, reject) => {
      const sent = request(
        { host: "127.0.0.1", port: stand.port, method, path, headers, ca: cert, servername: "localhost" },
        (answer) => {
          answer.resume();
          answer.on("end", () => resolve({ status: answer.statusCode, cookie: answer.headers["set-cookie"]?.[0] }));
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });

  const body = JSON.stringify({ user: "wang", password: "correct horse 7!" });
  const json = { "content-type": "application/json" };
  expect(
    (await ask("POST", "/api/session", { ...json, origin: stand.url.replace("https", "http") }, body)).status,
  ).toBe(403);
  const { status, cookie } = await ask("POST", "/api/session", { ...json, origin: stand.url }, body);
  expect(status).toBe(200);
  expect(cookie).toMatch(/^__Host-gh=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  const held = cookie?.split(";")[0] ?? "";
  expect((await ask("GET", "/api/me", { cookie: held })).status).toBe(200);
  // The plain name is not heard here, so a page in clear cannot plant one.
  expect((await ask("GET", "/api/me", { cookie: held.replace("__Host-gh", "gh") })).status).toBe(401);
});
