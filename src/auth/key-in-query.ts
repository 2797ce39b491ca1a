/** The key that Google's clients give as `?key=`. */
import type { FastifyRequest } from 'fastify';

export function keyInQuery({ query }: FastifyRequest): string | undefined {
  const { key } = query as { readonly key?: unknown };
  return typeof key === 'string' ? key : undefined;
}
