/** Where a provider of OpenAI's files and batches is asked, and how its requests begin. */
import type { ObjectTarget } from '../../../spec/file-adapter.js';
import type { OutboundRequest } from '../../../spec/outbound.js';

export interface ObjectHost {
  /** The id of the provider, for errors. */
  readonly provider: string;
  /** Path and query of a request; `endpointPath` is `/files/file-1`. */
  path(endpointPath: string, target: ObjectTarget): string;
  /** What the provider and the deployment add to every request. */
  headers?(target: ObjectTarget): Readonly<Record<string, string>>;
  /** The name of a model in the lines of an input file; the deployment's where absent. */
  lineModel?(target: ObjectTarget): string;
}

type Parts = Pick<OutboundRequest, 'method' | 'body' | 'bodyStream'> & {
  readonly contentType?: string;
  readonly accept?: string;
};

/** A request without credentials. */
export function objectRequest(
  host: ObjectHost,
  target: ObjectTarget,
  endpointPath: string,
  { contentType, accept = 'application/json', ...parts }: Parts,
): OutboundRequest {
  return {
    ...parts,
    origin: target.endpoint.origin,
    path: host.path(endpointPath, target),
    headers: {
      accept,
      ...host.headers?.(target),
      ...target.parameters.extraHeaders,
      // Whatever an operator adds, the body is of the type that was written.
      ...(contentType !== undefined && { 'content-type': contentType }),
    },
  };
}

/** An id as a step of a path: nothing in it climbs out. */
export function idStep(id: string): string {
  return /^\.{1,2}$/.test(id) ? '%2E' : encodeURIComponent(id);
}
