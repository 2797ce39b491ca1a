/** What authentication sees of a request. */
import type { IncomingHttpHeaders } from 'node:http';

/** What of a request says who makes it; Fastify's own requests have it. */
export interface CallingRequest {
  readonly headers: IncomingHttpHeaders;
  readonly method: string;
  readonly ip: string;
  /** `url` is the matched route's template. */
  readonly routeOptions: { readonly url?: string | undefined };
}
