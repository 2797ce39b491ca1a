/** Sends requests without the gateway's client cache: for stores that are tested alone. */
import type { HttpAnswer, HttpRequest, OutboundHttp } from '../../../src/clients/outbound-http.service.js';

export const plainHttp: Pick<OutboundHttp, 'send'> = {
  async send({ url, method = 'GET', headers = {}, body, timeoutMs = 5_000 }: HttpRequest): Promise<HttpAnswer> {
    const answer = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    };
  },
};
