/** What a request brings to the cache, and what it comes back with. */
import type { AnswerFacts } from '../core/response-cache/answer-recorder.js';
import type { AnswerKind, Deployment, RecordedAnswer } from '../core/spec/index.js';
import type { CacheControls } from './cache-controls.js';
import type { EmbeddingContext } from './semantic/semantic-cache.js';
import type { CacheOwner } from './tenant.js';

export interface CacheableRequest {
  /** LiteLLM's name of the operation, such as `acompletion`. */
  readonly callType: string;
  readonly kind: AnswerKind;
  readonly stream: boolean;
  readonly modelGroup: string;
  /** Those of the model group, as it is served now. */
  readonly deployments: readonly Deployment[];
  /** As the client gave it. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Headers by which the dialect says more; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly owner: CacheOwner;
  readonly controls: CacheControls;
  /** How prompts get their vectors; without it no answer to a similar prompt is looked for. */
  readonly embedding?: EmbeddingContext;
  /** How long it may wait for the same answer that another request has made. */
  readonly waitMs: number;
  /** Its client has left: it waits for nobody any more. */
  readonly signal?: AbortSignal;
}

export type CacheLookup =
  /** The cache has nothing to do with this request. */
  { readonly outcome: 'bypass' } | CacheHit | CacheMiss | CachePartial;

export interface CacheHit {
  readonly outcome: 'hit';
  /** `x-litellm-cache-key`. */
  readonly key: string;
  readonly answer: RecordedAnswer;
  /** `x-litellm-semantic-similarity`: of the prompt that the answer was made for, where it is not the same one. */
  readonly similarity?: number;
}

export interface CacheMiss {
  readonly outcome: 'miss';
  readonly key: string;
  readonly recording: Recording;
}

/** Embeddings of which some or all are missing. */
export interface CachePartial {
  readonly outcome: 'partial';
  readonly key: string;
  /** The request for those that are missing alone. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Inputs of the request. */
  readonly found: number;
  readonly missing: number;
  /**
   * What the client gets, out of the answer to `body`; what is new is kept.
   *
   * @throws GatewayError `upstream_invalid_response` where the answer has not one vector for each input
   */
  complete(answer: string | Uint8Array): Buffer;
}

/** Takes down an answer while it goes to the client. One of `commit` and `drop` has to be called, whatever happens; more calls have no effect. */
export interface Recording {
  whole(answer: string | Uint8Array): void;
  part(part: string | Uint8Array): void;
  /**
   * The answer has ended well, by a deployment of the model group that was asked for, and no guardrail has blocked it. It is kept
   * in the background: nobody waits for it, and it fails nobody.
   */
  commit(facts: AnswerFacts): void;
  drop(): void;
}
