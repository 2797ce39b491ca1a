/** Sends the gateway's own small HTTP requests (keys of issuers, alerts, sinks) over the client cache's connections and through the egress. */
import { Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { EgressProfile } from '../core/spec/deployment.js';
import { UpstreamConnections } from './upstream-connections.service.js';

export interface HttpRequest {
  /** Without a user name or password in it. */
  readonly url: string;
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** `operator` for addresses of the config file, `restricted` for those of a database row, a request or an answer. */
  readonly egress: EgressProfile;
  /** For the whole of it, milliseconds. */
  readonly timeoutMs?: number;
  /** Ends it sooner, where nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** A longer answer is refused. */
  readonly maxBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const defaultTimeoutMs = 10_000;
const defaultMaxBytes = 1_048_576;

@Injectable()
export class OutboundHttp {
  constructor(private readonly connections: UpstreamConnections) {}

  /**
   * The answer, whatever its status; redirects are not followed.
   *
   * @throws GatewayError `upstream_address_refused`; `upstream_unreachable` where there was no whole answer in time; its text and detail hold no
   *   more of the address than its origin
   */
  async send({
    url,
    method = 'GET',
    headers = {},
    body,
    egress,
    timeoutMs = defaultTimeoutMs,
    signal: given,
    maxBytes = defaultMaxBytes,
  }: HttpRequest): Promise<HttpAnswer> {
    const { origin, pathname, search } = parsed(url);
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = given ? AbortSignal.any([limit, given]) : limit;
    try {
      const answer = await this.connections.dispatcherTo(origin, egress).request({
        origin,
        path: pathname + search,
        method,
        headers,
        body: body ?? null,
        signal,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      return { status: answer.statusCode, headers: answer.headers, body: await whole(answer.body, maxBytes) };
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      const reason = limit.aborted
        ? `no answer within ${timeoutMs} ms`
        : given?.aborted
          ? 'nobody waits for the answer any more'
          : reasonOf(error);
      throw new GatewayError('upstream_unreachable', {
        facts: { reason },
        detail: `${origin}: ${reason}`,
        cause: error,
      });
    }
  }
}

function parsed(url: string): URL {
  const address = URL.parse(url);
  if (address && /^https?:$/.test(address.protocol)) return address;
  throw new GatewayError('upstream_unreachable', { facts: { reason: 'the address is no http or https URL' } });
}

async function whole(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    // Leaving the loop ends the connection.
    if (length > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
