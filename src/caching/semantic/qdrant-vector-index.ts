/** Holds vectors in Qdrant, over its HTTP API. */
// https://api.qdrant.tech/api-reference
import type { HttpAnswer, OutboundHttp } from '../../clients/outbound-http.service.js';
import { StoreGuard } from '../store-guard.js';
import { StoreRefusal, type GuardedPlace } from '../stores/answer-store.js';
import type { Match, VectorIndex } from './vector-index.js';

export interface QdrantOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly collection: string;
  /** Gateways share vectors if they have the same one. */
  readonly namespace: string;
  readonly deadlineMs: number;
  readonly http: Pick<OutboundHttp, 'send'>;
}

interface Point {
  readonly score?: unknown;
  readonly payload?: { readonly key?: unknown } | null;
}

export class QdrantVectorIndex implements VectorIndex {
  private readonly guard: StoreGuard<QdrantCollection>;

  constructor(options: QdrantOptions) {
    this.guard = new StoreGuard(new QdrantCollection(options), { deadlineMs: options.deadlineMs });
  }

  open(): void {
    this.guard.open();
  }

  find(bucket: string, vector: Float32Array, threshold: number): Promise<Match | undefined> {
    return this.guard.read((qdrant) => qdrant.find(bucket, vector, threshold));
  }

  async add(bucket: string, key: string, vector: Float32Array): Promise<void> {
    await this.guard.write((qdrant) => qdrant.add(bucket, key, vector));
  }

  async remove(bucket: string, key: string): Promise<void> {
    await this.guard.write((qdrant) => qdrant.remove(bucket, key));
  }

  async clear(): Promise<void> {
    await this.guard.write((qdrant) => qdrant.clear());
  }

  close(): Promise<void> {
    return this.guard.close();
  }
}

class QdrantCollection implements GuardedPlace {
  readonly place: string;
  /** It is known to be there; made with the first vector, which says how many numbers each has. */
  private isMade = false;

  constructor(private readonly options: QdrantOptions) {
    this.place = `the collection ${options.collection} of Qdrant at ${options.url}`;
  }

  open(): void {
    // Each request finds its connection.
  }

  async find(bucket: string, vector: Float32Array, threshold: number): Promise<Match | undefined> {
    const answer = await this.send('POST', '/points/search', {
      vector: [...vector],
      limit: 1,
      with_payload: ['key'],
      score_threshold: threshold,
      filter: this.filter(bucket),
    });
    // There is no collection yet.
    if (answer.status === 404) return undefined;
    const { result } = JSON.parse(fine(answer).body.toString()) as { readonly result?: readonly Point[] };
    const [nearest] = result ?? [];
    const key = nearest?.payload?.key;
    if (typeof key !== 'string' || typeof nearest?.score !== 'number') return undefined;
    // Its own threshold is not relied on.
    return nearest.score >= threshold ? { key, similarity: Math.min(1, nearest.score) } : undefined;
  }

  async add(bucket: string, key: string, vector: Float32Array): Promise<void> {
    if (!this.isMade) await this.make(vector.length);
    const { namespace } = this.options;
    const points = [{ id: idOf(bucket, key), vector: [...vector], payload: { namespace, bucket, key } }];
    fine(await this.send('PUT', '/points', { points }));
  }

  async remove(bucket: string, key: string): Promise<void> {
    fine(await this.send('POST', '/points/delete', { points: [idOf(bucket, key)] }));
  }

  async clear(): Promise<void> {
    const answer = await this.send('POST', '/points/delete', { filter: this.filter() });
    if (answer.status !== 404) fine(answer);
  }

  async ping(): Promise<void> {
    const answer = await this.send('GET', '');
    if (answer.status !== 404) fine(answer);
  }

  tryWrite(): Promise<void> {
    return Promise.resolve();
  }

  reset(): void {
    this.isMade = false;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async make(size: number): Promise<void> {
    const known = await this.send('GET', '');
    if (known.status === 404) {
      const made = await this.send('PUT', '', { vectors: { size, distance: 'Cosine' } });
      // Another process was faster.
      if (made.status !== 409) fine(made);
      for (const field_name of ['namespace', 'bucket'])
        fine(await this.send('PUT', '/index', { field_name, field_schema: 'keyword' }));
    } else fine(known);
    this.isMade = true;
  }

  private filter(bucket?: string): object {
    const match = (key: string, value: string): object => ({ key, match: { value } });
    const own = match('namespace', this.options.namespace);
    return { must: bucket === undefined ? [own] : [own, match('bucket', bucket)] };
  }

  private send(method: 'GET' | 'PUT' | 'POST', path: string, body?: object): Promise<HttpAnswer> {
    const { http, url, collection, apiKey, deadlineMs } = this.options;
    return http.send({
      url: `${url}/collections/${encodeURIComponent(collection)}${path}`,
      method,
      headers: { 'content-type': 'application/json', ...(apiKey !== undefined && { 'api-key': apiKey }) },
      ...(body && { body: JSON.stringify(body) }),
      // The configuration file's own address.
      egress: 'operator',
      timeoutMs: deadlineMs,
    });
  }
}

/** Points have UUIDs: the same answer in the same bucket is the same point. */
function idOf(bucket: string, key: string): string {
  const [a, b] = [key.slice(0, 16), bucket.slice(0, 16)];
  return `${a.slice(0, 8)}-${a.slice(8, 12)}-${a.slice(12, 16)}-${b.slice(0, 4)}-${b.slice(4, 16)}`;
}

function fine(answer: HttpAnswer): HttpAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const reason = `status ${answer.status}`;
  throw answer.status >= 500 ? new Error(reason) : new StoreRefusal(reason);
}
