/** Which server certificate is trusted at which endpoint. Trust is a person's word: nothing is ever accepted by itself. */
import { X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Text } from "#model/text";
import { LinkBroken } from "../driver.ts";

/** `host:port` of the endpoint: trust outlives a changed path or sampling interval, not a changed machine. */
export const hostOf = (endpoint: string): string => new URL(endpoint).host.toLowerCase();

const fileOf = (folder: string, endpoint: string): string =>
  join(folder, "trusted", `${encodeURIComponent(hostOf(endpoint))}.pem`);

/** The certificate (DER) that a person has trusted at this endpoint. */
export async function trustedAt(folder: string, endpoint: string): Promise<Buffer | undefined> {
  const file = fileOf(folder, endpoint);
  try {
    return new X509Certificate(await readFile(file, "utf8")).raw;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new LinkBroken(
      "no-link",
      {
        zh: `受信任的服务器证书 ${file} 无法读取或已损坏。请用 gatehouse trust 重新确认。`,
        en: `The trusted server certificate ${file} cannot be read or is damaged. Accept it again with gatehouse trust.`,
      },
      { cause },
    );
  }
}

/** Trusts `der` at this endpoint, in place of any before. */
export async function trustAt(folder: string, endpoint: string, der: Buffer): Promise<void> {
  const file = fileOf(folder, endpoint);
  await mkdir(join(folder, "trusted"), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, new X509Certificate(der).toString(), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** SHA-1 in capitals without colons, as OPC UA tools show it. */
  readonly thumbprint: string;
  readonly sha256: string;
}

export function showCertificate(der: Buffer): ShownCertificate {
  const x509 = new X509Certificate(der);
  return {
    subject: x509.subject.replaceAll("\n", ", "),
    issuer: x509.issuer.replaceAll("\n", ", "),
    names: x509.subjectAltName ?? "",
    validFrom: x509.validFromDate.toISOString(),
    validTo: x509.validToDate.toISOString(),
    thumbprint: x509.fingerprint.replaceAll(":", ""),
    sha256: x509.fingerprint256.replaceAll(":", ""),
  };
}

/**
 * Throws unless `offered` is the certificate that was trusted at this endpoint. A trusted certificate that has run out goes
 * on working: its owner was known when it was accepted, and a fire panel must not go blind at midnight.
 */
export function mustBeTrusted(offered: Buffer, trusted: Buffer | undefined, endpoint: string, link: string): void {
  if (trusted?.equals(offered)) return;
  const { thumbprint } = showCertificate(offered);
  const host = hostOf(endpoint);
  const command = `gatehouse trust <site> ${link}`;
  throw new LinkBroken(
    "no-link",
    trusted
      ? {
          zh: `${host} 的服务器证书与已信任的不同（新指纹 ${thumbprint}），链路已停用。若设备确实换过证书，请核对指纹后执行 ${command}；否则可能有人冒充该服务器，请立即检查网络。`,
          en: `${host} shows another certificate than the one that was trusted (new thumbprint ${thumbprint}); the link is stopped. If the device was given a new one, compare the thumbprint and run ${command}; otherwise somebody may pose as this server: check the network at once.`,
        }
      : {
          zh: `${host} 的服务器证书尚未信任（指纹 ${thumbprint}）。请在设备上核对指纹，然后执行 ${command}。`,
          en: `The certificate of ${host} is not trusted yet (thumbprint ${thumbprint}). Compare the thumbprint at the device, then run ${command}.`,
        },
  );
}

/** Said while a trusted certificate is outside its dates. */
export function expiredNote(der: Buffer, now: number): Text | undefined {
  const x509 = new X509Certificate(der);
  if (now >= x509.validFromDate.getTime() && now <= x509.validToDate.getTime()) return undefined;
  return {
    zh: `服务器证书不在有效期内（${x509.validFromDate.toISOString()} 至 ${x509.validToDate.toISOString()}）。请更换设备证书，或校准设备与网关的时钟。`,
    en: `The server's certificate is outside its dates (${x509.validFromDate.toISOString()} to ${x509.validToDate.toISOString()}). Renew it on the device, or set the clocks.`,
  };
}
