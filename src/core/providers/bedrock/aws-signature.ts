/** Signs requests to AWS: Signature Version 4 over a hash of Node's own. */
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { OutboundRequest } from '../../spec/outbound.js';

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SigningScope {
  readonly region: string;
  /** The name that AWS signs the service under: `bedrock`, `s3`, `sagemaker`, `sts`. */
  readonly service: string;
  readonly nowMs: number;
}

type Data = string | ArrayBuffer | ArrayBufferView;

/** The request with `authorization` and the headers that go with it. Each name of its query stands there once. */
export async function signRequest(
  request: OutboundRequest,
  keys: AwsKeys,
  { region, service, nowMs }: SigningScope,
): Promise<OutboundRequest> {
  const signer = new SignatureV4({ credentials: keys, region, service, sha256: Sha256 });
  const { protocol, host, hostname } = new URL(request.origin);
  const [path, search] = request.path.split('?', 2);
  const query = Object.fromEntries(new URLSearchParams(search));
  const { headers } = await signer.sign(
    { ...request, path: path ?? '/', protocol, hostname, query, headers: { ...request.headers, host } },
    { signingDate: new Date(nowMs) },
  );
  // The connection writes `host` by itself, as it was signed.
  const { host: _host, ...sent } = headers;
  return { ...request, headers: sent };
}

class Sha256 {
  private hash: Hash | Hmac;

  constructor(private readonly secret?: Data) {
    this.hash = this.begin();
  }

  update(data: Data): void {
    this.hash.update(toBytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    this.hash = this.begin();
  }

  private begin(): Hash | Hmac {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(this.secret));
  }
}

function toBytes(data: Data): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
