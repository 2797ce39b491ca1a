/** A small S3 over HTTP: checks each signature as Amazon documents it, and keeps objects in memory. */
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const s3Keys = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret/with+signs', sessionToken: undefined };

const hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

export class S3Server {
  readonly objects = new Map<string, Buffer>();
  /** What was wrong with requests. */
  readonly faults: string[] = [];
  /** Answers with this status in place of what was asked. */
  refuseWith: { readonly status: number; readonly code: string } | undefined;
  /** Does not answer at all. */
  hangs = false;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    if (this.hangs) return;
    const fault = faultOf(request, body);
    if (fault !== undefined) {
      this.faults.push(fault);
      error(response, 403, 'SignatureDoesNotMatch');
    } else if (this.refuseWith) error(response, this.refuseWith.status, this.refuseWith.code);
    else this.#answer(request, body, response);
  }

  #answer({ method = 'GET', url = '' }: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, 'http://s3');
    const prefix = searchParams.get('prefix');
    if (prefix !== null) {
      const names = [...this.objects.keys()].map((path) => path.split('/').slice(2).join('/'));
      const listed = names.filter((name) => name.startsWith(prefix)).slice(0, 5);
      response.end(
        `<ListBucketResult>${listed.map((name) => `<Contents><Key>${name}</Key></Contents>`).join('')}</ListBucketResult>`,
      );
    } else if (method === 'PUT') {
      this.objects.set(pathname, body);
      response.end();
    } else if (method === 'DELETE') {
      this.objects.delete(pathname);
      response.writeHead(204).end();
    } else {
      const found = this.objects.get(pathname);
      if (found) response.end(found);
      else error(response, 404, 'NoSuchKey');
    }
  }
}

function error(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
}

/** Recomputes the signature over what has arrived. */
function faultOf({ method = '', url = '', headers }: IncomingMessage, body: Buffer): string | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!match) return 'no signature';
  const [, id, date = '', region = '', names = '', signature] = match;
  if (id !== s3Keys.accessKeyId) return 'another key';
  if (headers['x-amz-content-sha256'] !== hex(body)) return 'another body than was signed';
  if (!names.split(';').includes('host')) return 'the host is not signed';
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const signed = names
    .split(';')
    .map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`)
    .join('');
  const canonical = [method, pathname, query, signed, names, hex(body)].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', String(headers['x-amz-date'] ?? ''), scope, hex(canonical)].join('\n');
  const key = ['aws4_request'].reduce(hmac, hmac(hmac(hmac(`AWS4${s3Keys.secretAccessKey}`, date), region), 's3'));
  return hmac(key, text).toString('hex') === signature ? undefined : 'another signature';
}
