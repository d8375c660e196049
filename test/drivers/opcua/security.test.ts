/** Certificates and users against a real server: nobody is trusted by himself, nothing secret goes out readable. */
import { execFileSync } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { days, instant } from "#model/time";
import type { OpcuaSettings } from "../../../drivers/opcua/settings.ts";
import { createClock } from "../../../gateway/clock.ts";
import { plant, startLink } from "./start-link.ts";
import { type RunningServer, startServer, temporaryFolder } from "./start-server.ts";
import { trustAtFirst, trustBothWays } from "./trusting.ts";

const user = { name: "gatehouse", password: "correct horse" };
let server: RunningServer;
let own: { path: string } & AsyncDisposable;
const points = [`${plant};s=Count`];
const clock = createClock();

const trustServer = (endpoint: string) => trustAtFirst(endpoint, own.path);
const trustEachOther = () => trustBothWays(server, own.path, user);

beforeAll(async () => {
  own = await temporaryFolder();
  server = await startServer({ secured: true, user });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

describe("security of an OPC UA link", () => {
  test("an unknown server is not trusted; the sentence names its thumbprint and the command", async () => {
    await using link = startLink({ endpoint: server.endpoint, security: "sign", user }, points, { folder: own.path });
    const { because } = await link.broken;
    expect(because.en).toMatch(/not trusted yet \(thumbprint [0-9A-F]{40}\).*gatehouse trust <site> line/);
    expect(because.zh).toMatch(/尚未信任.*gatehouse trust <site> line/);
    expect(link.report.of("samples")).toEqual([]);
  });

  test("its own certificate was made, names this machine, and only its owner may read the key", async () => {
    const key = await stat(join(own.path, "own", "key.pem"));
    expect(key.mode & 0o777).toBe(0o600);
    const { X509Certificate } = await import("node:crypto");
    const certificate = new X509Certificate(await readFile(join(own.path, "own", "certificate.pem")));
    expect(certificate.subjectAltName).toContain(`URI:urn:${hostname()}:gatehouse`);
    expect(certificate.validFromDate.getTime()).toBeLessThan(clock.now());
  });

  test("a server that does not trust the gateway is named as the one that has to", async () => {
    await trustServer(server.endpoint);
    await using link = startLink({ endpoint: server.endpoint, security: "sign", user }, points, { folder: own.path });
    expect((await link.broken).because.en).toContain("Trust the gateway's certificate");
    await server.order({ trustClients: true });
  });

  describe("once both trust each other", () => {
    beforeEach(trustEachOther, 60_000);

    test.each([
      ["sign", "Basic256Sha256"],
      ["sign", "Aes256_Sha256_RsaPss"],
      ["sign-and-encrypt", "Basic256Sha256"],
      ["sign-and-encrypt", "Aes256_Sha256_RsaPss"],
    ])("%s with %s brings values", async (security, policy) => {
      await using link = startLink({ endpoint: server.endpoint, security, policy, user }, points, { folder: own.path });
      await link.report.until(() => link.report.value(0) === 7);
    });

    test("a wrong password is said to be one, and stands in no sentence", async () => {
      const wrong = { name: "gatehouse", password: "wrong-horse-battery" };
      await using link = startLink({ endpoint: server.endpoint, security: "sign-and-encrypt", user: wrong }, points, {
        folder: own.path,
      });
      const { because } = await link.broken;
      expect(because.en).toContain("rejected the user");
      expect(JSON.stringify(because)).not.toContain("wrong-horse-battery");
    });

    test("a user may show a certificate instead of a password", async () => {
      await using folder = await temporaryFolder();
      const at = (name: string) => join(folder.path, name);
      execFileSync(
        "openssl",
        [
          ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=operator"],
          ...["-keyout", at("key.pem"), "-out", at("certificate.pem")],
        ],
        { stdio: "ignore" },
      );
      const certificate = await readFile(at("certificate.pem"), "utf8");
      const privateKey = await readFile(at("key.pem"), "utf8");
      await using link = startLink(
        { endpoint: server.endpoint, security: "sign-and-encrypt", user: { certificate, privateKey } },
        points,
        { folder: own.path },
      );
      await link.report.until(() => link.report.value(0) === 7);
    });

    test("a server with another certificate than the trusted one stops the link", async () => {
      const { trustAt } = await import("../../../drivers/opcua/trust.ts");
      const { X509Certificate } = await import("node:crypto");
      const other = new X509Certificate(await readFile(join(own.path, "own", "certificate.pem"))).raw;
      await trustAt(own.path, server.endpoint, other);
      await using link = startLink({ endpoint: server.endpoint, security: "sign", user }, points, { folder: own.path });
      const { because } = await link.broken;
      expect(because.en).toContain("another certificate than the one that was trusted");
      expect(because.zh).toContain("冒充");
      expect(link.report.of("samples")).toEqual([]);
    });
  });

  test("a server that offers no protection is refused, with what it does offer", async () => {
    await using open = await startServer();
    await using link = startLink({ endpoint: open.endpoint, security: "sign-and-encrypt" }, points, {
      folder: own.path,
    });
    expect((await link.broken).because.en).toMatch(/does not offer sign-and-encrypt.*only: None\/None/);
  }, 60_000);

  test("a password is not sent where the server wants it readable", async () => {
    const { identityOf } = await import("../../../drivers/opcua/connect.ts");
    const { EndpointDescription, MessageSecurityMode, UserTokenType } = await import("node-opcua");
    const endpoint = (securityMode: number, securityPolicyUri: string) =>
      new EndpointDescription({
        securityMode,
        securityPolicyUri: "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256",
        userIdentityTokens: [{ policyId: "u", tokenType: UserTokenType.UserName, securityPolicyUri }],
      });
    const none = "http://opcfoundation.org/UA/SecurityPolicy#None";
    const settings = { user } as unknown as OpcuaSettings;
    expect(() => identityOf(settings, endpoint(MessageSecurityMode.Sign, none), "plc:4840")).toThrow(/was not sent/);
    expect(identityOf(settings, endpoint(MessageSecurityMode.Sign, ""), "plc:4840")).toMatchObject({
      userName: "gatehouse",
    });
    expect(identityOf(settings, endpoint(MessageSecurityMode.SignAndEncrypt, none), "plc:4840")).toBeDefined();
  });

  test("sixty days before its certificate ends the gateway says so, on every link", async () => {
    const { ownCertificate, rolloverNote } = await import("../../../drivers/opcua/own-certificate.ts");
    const certificate = await ownCertificate(own.path, clock);
    expect(rolloverNote(certificate, own.path, certificate.validTo - days(61))).toBeUndefined();
    const note = rolloverNote(certificate, own.path, instant(certificate.validTo - days(59)));
    expect(note?.en).toContain("ends in 59 days");
  });
});
