/** So much of Qdrant's HTTP API as the cache uses, with real cosines. */
// https://api.qdrant.tech/api-reference
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Point {
  readonly id: string;
  readonly vector: readonly number[];
  readonly payload: Readonly<Record<string, string>>;
}

interface Filter {
  readonly must: readonly { readonly key: string; readonly match: { readonly value: string } }[];
}

interface Body {
  readonly vectors?: { readonly size: number; readonly distance: string };
  readonly points?: readonly (Point | string)[];
  readonly vector?: readonly number[];
  readonly score_threshold?: number;
  readonly filter?: Filter;
}

export class QdrantServer {
  size: number | undefined;
  readonly points = new Map<string, Point>();
  readonly keys = new Set<string | undefined>();
  hangs = false;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (this.hangs) return;
    this.keys.add(request.headers['api-key'] as string | undefined);
    const body = (parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()) : {}) as Body;
    const path = (request.url ?? '').replace('/collections/prompts', '');
    const result = this.#act(`${request.method} ${path}`, body);
    response.writeHead(result === undefined ? 404 : 200).end(JSON.stringify({ result }));
  }

  #act(what: string, body: Body): unknown {
    if (what === 'PUT ') {
      this.size = body.vectors?.size;
      return true;
    }
    if (this.size === undefined) return undefined;
    const matches = (point: Point): boolean =>
      body.filter?.must.every(({ key, match }) => point.payload[key] === match.value) ?? true;
    switch (what) {
      case 'GET ':
      case 'PUT /index':
        return true;
      case 'PUT /points':
        for (const point of (body.points ?? []) as Point[]) {
          if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(point.id) || point.vector.length !== this.size)
            return undefined;
          this.points.set(point.id, point);
        }
        return true;
      case 'POST /points/delete': {
        const named = body.points?.filter((point) => typeof point === 'string');
        const gone = named ?? [...this.points.values()].filter(matches).map(({ id }) => id);
        for (const id of gone) this.points.delete(id);
        return true;
      }
      case 'POST /points/search':
        return [...this.points.values()]
          .filter(matches)
          .map(({ vector, payload }) => ({
            score: vector.reduce((sum, each, at) => sum + each * (body.vector?.[at] ?? 0), 0),
            payload,
          }))
          .filter(({ score }) => score >= (body.score_threshold ?? -1))
          .sort((one, other) => other.score - one.score)
          .slice(0, 1);
      default:
        return undefined;
    }
  }
}
