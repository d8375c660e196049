/** A form with a file, as browsers send it. */
import { type Answer, exchangeBytes } from "./stand.ts";

export interface Form {
  readonly type: string;
  readonly body: Buffer;
}

const BOUNDARY = "----gatehouse-test";

export function form(
  bytes: Buffer,
  more: {
    readonly name?: string;
    readonly type?: string;
    readonly what?: string;
    readonly field?: string;
    readonly words?: Readonly<Record<string, string>>;
  } = {},
): Form {
  const { name = "photo.jpg", type = "image/jpeg", what, field = "file", words } = more;
  const what_ = Object.entries({ ...(what === undefined ? {} : { what }), ...words })
    .map(([key, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`)
    .join("");
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${field}"; filename="${name}"\r\ncontent-type: ${type}\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(what_), Buffer.from(head), bytes, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
  return { type: `multipart/form-data; boundary=${BOUNDARY}`, body };
}

export const put = (
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  { type, body }: Form,
): Promise<Answer> => exchangeBytes(port, "POST", path, { ...headers, "content-type": type }, body);
