/** An authority of a house of its own and certificates that it signs, good ones and such as nobody may trust, made by openssl. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface OwnAuthority {
  /** Its own certificate, PEM: whoever trusts it trusts what it signed. */
  readonly ca: string;
  readonly good: Pair;
  /** Signed, for this host, and over since yesterday. */
  readonly expired: Pair;
  /** Signed, in force, and for somebody else. */
  readonly otherHost: Pair;
}

export function ownAuthority(): OwnAuthority {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-authority-"));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore", cwd: folder });
  const fresh = ["-newkey", "rsa:2048", "-nodes"];
  const issue = (name: string, hosts: string, days: string): Pair => {
    const more = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${hosts}`];
    openssl("req", ...fresh, ...more, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-days", days, "-copy_extensions", "copyall"];
    openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-out", `${name}.pem`);
    return { cert: readFileSync(at(`${name}.pem`), "utf8"), key: readFileSync(at(`${name}.key`), "utf8") };
  };
  try {
    openssl("req", "-x509", ...fresh, "-days", "2", "-subj", "/CN=House CA", "-keyout", "ca.key", "-out", "ca.pem");
    const here = "DNS:localhost,IP:127.0.0.1";
    return {
      ca: readFileSync(at("ca.pem"), "utf8"),
      good: issue("good", here, "2"),
      expired: issue("expired", here, "-1"),
      otherHost: issue("other", "DNS:elsewhere.example", "2"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
