/** The gateway's own certificate as an OPC UA client: made on the first run, kept with its key in the drivers' folder. */
import { X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { crypto_utils } from "node-opcua";
import type { Text } from "#model/text";
import { type Clock, days } from "#model/time";
import { LinkBroken } from "../driver.ts";

export interface OwnCertificate {
  readonly der: Buffer;
  readonly keyPem: string;
  /** The URI in the certificate; servers compare it with what the client calls itself. */
  readonly applicationUri: string;
  readonly validTo: number;
}

/** Engineering judgement: longer than most installations go untouched, shorter than RSA-2048 is trusted (NIST: 2030). */
const VALID_DAYS = 1_825;
/** Servers whose clock is slow must not see a certificate from the future. */
const BACKDATED = days(2);
const WARN_BEFORE = days(60);

const underWay = new Map<string, Promise<OwnCertificate>>();

/** Reads the certificate of `folder`, or makes one (RSA 2048, self-signed). The key file is readable by its owner alone. */
export function ownCertificate(folder: string, clock: Clock): Promise<OwnCertificate> {
  const before = underWay.get(folder);
  if (before) return before;
  const made = readOrMake(folder, clock).finally(() => underWay.delete(folder));
  underWay.set(folder, made);
  return made;
}

async function readOrMake(folder: string, clock: Clock): Promise<OwnCertificate> {
  const own = join(folder, "own");
  const [certificateFile, keyFile] = [join(own, "certificate.pem"), join(own, "key.pem")];
  try {
    const found = await Promise.all([readFile(certificateFile, "utf8"), readFile(keyFile, "utf8")]);
    return describe(...found);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unreadable(own, error);
  }
  try {
    await mkdir(own, { recursive: true, mode: 0o700 });
    const [certificate, key] = await make(clock);
    await writeWhole(keyFile, key, 0o600);
    await writeWhole(certificateFile, certificate, 0o644);
    return describe(certificate, key);
  } catch (error) {
    throw unreadable(own, error);
  }
}

async function make(clock: Clock): Promise<[certificate: string, key: string]> {
  const host = hostname();
  const key = await crypto_utils.generatePrivateKey(2_048);
  const now = clock.now();
  const { cert } = await crypto_utils.createSelfSignedCertificate({
    privateKey: key,
    notBefore: new Date(now - BACKDATED),
    notAfter: new Date(now + days(VALID_DAYS)),
    subject: `CN=Gatehouse@${host}`,
    dns: [host],
    applicationUri: `urn:${host}:gatehouse`,
    purpose: crypto_utils.CertificatePurpose.ForApplication,
  });
  return [cert, await crypto_utils.privateKeyToPEM(key).then(({ privPem }) => privPem)];
}

async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}

function describe(certificate: string, keyPem: string): OwnCertificate {
  const x509 = new X509Certificate(certificate);
  const applicationUri = /URI:([^,]+)/.exec(x509.subjectAltName ?? "")?.[1] ?? `urn:${hostname()}:gatehouse`;
  return { der: x509.raw, keyPem, applicationUri, validTo: x509.validToDate.getTime() };
}

/** What an engineer must do before the certificate ends; nothing while that is far away. */
export function rolloverNote(own: OwnCertificate, folder: string, now: number): Text | undefined {
  const left = own.validTo - now;
  if (left > WARN_BEFORE) return undefined;
  const count = Math.max(0, Math.floor(left / days(1)));
  const file = join(folder, "own");
  return {
    zh: `本网关的 OPC UA 证书还有 ${count} 天到期。请删除 ${file} 后重启网关以生成新证书，并在服务器上信任它。`,
    en: `The gateway's OPC UA certificate ends in ${count} days. Remove ${file}, restart the gateway to make a new one, and trust it on the servers.`,
  };
}

const unreadable = (folder: string, cause: unknown): LinkBroken =>
  new LinkBroken(
    "no-link",
    {
      zh: `${folder} 里的 OPC UA 证书或私钥无法读取或写入。请检查文件夹权限；文件损坏时删除该文件夹，网关会生成新证书。`,
      en: `The OPC UA certificate or key in ${folder} cannot be read or written. Check the folder's rights; remove it when the files are damaged, and a new certificate is made.`,
    },
    { cause },
  );
