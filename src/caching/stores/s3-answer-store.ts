/** Keeps answers as objects of an S3 bucket, or of any store that speaks S3's protocol. */
import type { OutboundHttp, HttpAnswer } from '../../clients/outbound-http.service.js';
import { signRequest, type AwsKeys } from '../../core/providers/bedrock/aws-signature.js';
import type { Clock } from '../../core/spec/clock.js';
import { StoreRefusal, trialKey, type AnswerStore } from './answer-store.js';

export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** Scheme, host and port of another store than Amazon's; the bucket then stands in the path. */
  readonly endpoint: string | undefined;
  readonly keys: AwsKeys;
  /** Of all objects, without slashes around it; letters, digits, `.`, `_`, `-` and slashes. */
  readonly path: string;
  readonly timeoutMs: number;
  /** A larger object is no answer. */
  readonly maxBytes: number;
  readonly http: Pick<OutboundHttp, 'send'>;
  readonly clock: Clock;
}

const expiryHeader = 'x-amz-meta-expires-at';
/** Deletions at once. */
const batch = 20;
/** A listing of 1,000 names. */
const listBytes = 2_097_152;

export class S3AnswerStore implements AnswerStore {
  readonly place: string;
  private readonly origin: string;
  /** Before an object's name: empty, or the bucket. */
  private readonly root: string;
  private readonly prefix: string;

  constructor(private readonly options: S3StoreOptions) {
    const { bucket, endpoint, region, path } = options;
    this.place = `the bucket ${bucket}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
    this.origin = endpoint ?? `https://${bucket}.s3.${region}.amazonaws.com`;
    this.root = endpoint === undefined ? '' : `/${bucket}`;
    this.prefix = path === '' ? '' : `${path}/`;
  }

  open(): void {
    // Each request finds its connection.
  }

  read(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    return Promise.all(keys.map((key) => this.readOne(key)));
  }

  async write(key: string, bytes: Buffer, ttlMs: number): Promise<void> {
    const expiresAt = new Date(this.options.clock.now() + ttlMs).toISOString();
    const headers = { 'content-type': 'application/octet-stream', [expiryHeader]: expiresAt };
    const answer = await this.send('PUT', this.pathOf(key), { headers, body: bytes });
    if (!isFine(answer)) throw this.refusal(answer);
  }

  async remove(keys: readonly string[]): Promise<number> {
    for (let from = 0; from < keys.length; from += batch) {
      const names = keys.slice(from, from + batch).map((key) => this.pathOf(key));
      const answers = await Promise.all(names.map((path) => this.send('DELETE', path)));
      const wrong = answers.find((answer) => !isFine(answer) && answer.status !== 404);
      if (wrong) throw this.refusal(wrong);
    }
    // S3 does not say whether an object was there.
    return keys.length;
  }

  async clear(): Promise<void> {
    for (;;) {
      const query = new URLSearchParams({ 'list-type': '2', prefix: this.prefix });
      const listed = await this.send('GET', `${this.root}/?${query.toString()}`, { maxBytes: listBytes });
      if (!isFine(listed)) throw this.refusal(listed);
      const keys = [...listed.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)]
        .map(([, name = '']) => name.slice(this.prefix.length))
        .filter((name) => isKey(name));
      if (keys.length === 0) return;
      await this.remove(keys);
    }
  }

  async ping(): Promise<void> {
    const answer = await this.send('GET', this.pathOf(trialKey));
    if (!isFine(answer) && answer.status !== 404) throw this.refusal(answer);
  }

  tryWrite(): Promise<void> {
    return this.write(trialKey, Buffer.from('1'), 1_000);
  }

  reset(): void {
    // A request that hangs has ended at its deadline.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async readOne(key: string): Promise<Buffer | undefined> {
    const answer = await this.send('GET', this.pathOf(key));
    if (answer.status === 404) return undefined;
    if (!isFine(answer)) throw this.refusal(answer);
    return answer.body;
  }

  private async send(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    given: { headers?: Readonly<Record<string, string>>; body?: Buffer; maxBytes?: number } = {},
  ): Promise<HttpAnswer> {
    const { http, keys, region, clock, timeoutMs, maxBytes } = this.options;
    const { headers = {}, body } = given;
    const request = { method, origin: this.origin, path, headers, ...(body && { body }) };
    const signed = await signRequest(request, keys, { region, service: 's3', nowMs: clock.now() });
    return http.send({
      url: this.origin + path,
      method,
      headers: signed.headers,
      ...(body && { body }),
      // The configuration file's own address.
      egress: 'operator',
      timeoutMs,
      maxBytes: given.maxBytes ?? maxBytes,
    });
  }

  private pathOf(key: string): string {
    if (!isKey(key)) throw new StoreRefusal('this is no key of an answer');
    return `${this.root}/${this.prefix}${key}`;
  }

  /** With the store's own word for it, such as `AccessDenied`. */
  private refusal({ status, body }: HttpAnswer): Error {
    const [, code = 'no reason given'] =
      /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(body.toString('utf8', 0, 2_000)) ?? [];
    const reason = `status ${status}: ${code}`;
    return status >= 500 ? new Error(reason) : new StoreRefusal(reason);
  }
}

function isKey(name: string): boolean {
  return name === trialKey || /^[0-9a-f]{64}$/.test(name);
}

function isFine({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}
