/** What goes to and comes from a provider, before any dialect is read into it. */
import type { ByteSource } from '../schema/uploaded-file.js';

/** Where a deployment's requests go; resolved once per deployment, never per request. */
export interface Endpoint {
  /** Scheme, host and port, without a trailing slash: `https://api.openai.com`. */
  readonly origin: string;
  /** The path under which the API lives, without a trailing slash: `/v1`, or empty. */
  readonly basePath: string;
}

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly origin: string;
  /** Path and query, beginning with a slash. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** In place of `body`, for one that is not in memory as a whole: its pieces in their order, read anew whenever it is sent. */
  readonly pieces?: readonly BodyPiece[];
  /** In place of `body`: read once, while it is sent. No request that has one can be signed over its body, or sent again. */
  readonly bodyStream?: AsyncIterable<Uint8Array>;
}

export type BodyPiece = Uint8Array | ByteSource;

/** Header names in lower case; a header sent more than once is a list. */
export type InboundHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A provider's whole answer. */
export interface InboundResponse {
  readonly status: number;
  readonly headers: InboundHeaders;
  readonly body: Uint8Array;
}

/** What a provider needs to know its caller; the names are the provider's own (`apiKey`, `organization`, ...). */
export interface Credentials {
  readonly apiKey?: string;
  readonly [name: string]: string | undefined;
}
