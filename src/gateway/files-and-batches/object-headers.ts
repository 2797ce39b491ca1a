/** The `x-litellm-*` headers of answers about files and batches: whose account was asked. */
import type { FastifyReply } from 'fastify';
import { version } from '../../config/version.js';

interface Kept {
  readonly deploymentId: string;
  readonly apiBase: string;
}

export function objectHeaders({ deploymentId, apiBase }: Kept): Record<string, string> {
  return {
    'x-litellm-version': version,
    'x-litellm-model-id': encodeURIComponent(deploymentId),
    'x-litellm-model-api-base': apiBase,
  };
}

/** What Nest then sends has the headers too. */
export function withHeaders<Row extends Kept>(reply: FastifyReply, row: Row): Row {
  void reply.headers(objectHeaders(row));
  return row;
}
