/** Decides which request bodies are taken at all; reading them is left to the route, after its guard. */
import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../core/errors/gateway-error.js';

/** What a route says of its bodies (`@RouteConfig(takesForms)`) where they are multipart forms; JSON where it says nothing. */
export const takesForms = { bodies: 'form' } as const;

/** The same for a route that sends on whatever comes. */
export const takesAnything = { bodies: 'any' } as const;

const jsonMediaType = /^application\/(?:[\w.+-]+\+)?json$/;

/**
 * Bodies stay on the socket until a route asks for them by `readBody`, so that nobody without a key can make the process
 * hold one. Bodies of an unknown type or encoding are refused by their headers alone.
 */
export function acceptBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, payload, done) => {
    const bodies = bodiesOf(request.routeOptions.config);
    if (bodies === takesAnything.bodies) return done(null, payload);
    const wanted = bodies === takesForms.bodies ? 'multipart/form-data' : 'application/json';
    const { 'content-type': contentType, 'content-encoding': encoding } = request.headers;
    if (encoding !== undefined && encoding !== 'identity') {
      done(new GatewayError('unsupported_encoding', { facts: { encoding: printable(encoding) } }));
    } else if (!isWanted(contentType, wanted)) {
      const facts = { contentType: printable(contentType ?? 'none'), wanted };
      done(new GatewayError('unsupported_media_type', { facts }));
    } else {
      done(null, payload);
    }
  });
}

function bodiesOf(config: unknown): unknown {
  return (config as { readonly bodies?: unknown } | undefined)?.bodies;
}

function isWanted(contentType: string | undefined, wanted: string): boolean {
  return wanted === 'application/json' ? isJson(contentType) : /^multipart\/form-data[ \t]*;/i.test(contentType ?? '');
}

/** Strict on purpose: whatever else a proxy before us might take for JSON is refused here. */
function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  if (contentType === undefined) return false;
  const [mediaType, ...parameters] = contentType
    .split(';')
    .map((piece) => piece.replace(/^[ \t]+|[ \t]+$/g, '').toLowerCase());
  if (!jsonMediaType.test(mediaType ?? '')) return false;
  return parameters.every((parameter) => parameter === '' || /^charset="?utf-?8"?$/.test(parameter));
}

function printable(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
