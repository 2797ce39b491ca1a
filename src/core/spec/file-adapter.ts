/** The contract of providers that keep files for their callers. */
import type { GatewayError } from '../errors/gateway-error.js';
import type { Endpoint, InboundResponse, OutboundRequest } from './outbound.js';
import type { ParameterPolicy } from './parameters.js';

/** The account at a provider that an object is kept in. */
export interface ObjectTarget {
  readonly model: string;
  readonly endpoint: Endpoint;
  readonly parameters: ParameterPolicy;
}

export interface FileUpload {
  readonly purpose: string;
  readonly name: string;
  readonly contentType: string;
  /** Read once, while it is sent. */
  readonly content: AsyncIterable<Uint8Array>;
  /** The form's other fields, such as `expires_after[anchor]`. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Parts the fields of a form: nothing that the content could hold. */
  readonly boundary: string;
}

/** What a provider says of a file, in OpenAI's shape; the id is the provider's own. */
export interface ProviderFile {
  readonly id: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** Builds no request with credentials in it, and does no I/O. */
export interface FileAdapter {
  buildUpload(upload: FileUpload, target: ObjectTarget): OutboundRequest;
  buildRetrieve(id: string, target: ObjectTarget): OutboundRequest;
  buildDelete(id: string, target: ObjectTarget): OutboundRequest;
  /** Answered with the file's bytes. */
  buildContent(id: string, target: ObjectTarget): OutboundRequest;
  /** Reads a 2xx answer to an upload or a retrieval. Throws `upstream_invalid_response` for one that is none. */
  readonly parseFile: (response: InboundResponse) => ProviderFile;
  /** Reads any other answer, and never throws. */
  readonly parseError: (response: InboundResponse) => GatewayError;
}
