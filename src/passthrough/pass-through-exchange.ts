/** One passed request on its way: what was asked, where it goes, and what has come of it so far. */
import type { Principal } from '../auth/principal.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { GatewayError } from '../core/errors/gateway-error.js';
import type { AnswerHead, Usage } from '../core/spec/index.js';
import type { Grant } from '../limits/admission.js';
import type { SpendTicket } from '../spend/spend-intent.js';
import type { FoundEntry } from './entries/pass-through-entries.service.js';
import type { AskedModel } from './native/asked-model.js';
import type { Upstream } from './upstream.js';
import type { AnswerReading } from './usage/answer-reading.js';

/** What a request says of itself to the gateway. */
export interface PassedFacts {
  readonly requestId: string;
  readonly principal: Principal;
  readonly clientAddress: string;
  readonly endUser: string | undefined;
  readonly tags: readonly string[];
  readonly sessionId: string | undefined;
  readonly found: FoundEntry;
  readonly asked: AskedModel;
  /** Of the request's body, as far as it is known beforehand. */
  readonly bodyBytes: number;
  readonly catalog: CatalogSnapshot;
  readonly upstream: Upstream;
  /** How its answer is read; undefined where no tokens are billed for it. */
  readonly reading: AnswerReading | undefined;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
}

/** What has come back, as far as its account goes. */
export interface PassedAnswer {
  readonly head: AnswerHead | undefined;
  /** Monotonic milliseconds. */
  readonly headAt: number | undefined;
  readonly usage: Usage | undefined;
  readonly contentEvents: number;
  /** What an answer that was passed on whole has told of: a failure of the provider, within or instead of the answer. */
  readonly failure: GatewayError | undefined;
  readonly stream: boolean;
  sentText(): string | undefined;
}

export interface PassThroughExchange {
  readonly facts: PassedFacts;
  answer: PassedAnswer;
  grant: Grant | undefined;
  attemptGrant: Grant | undefined;
  ticket: SpendTicket | undefined;
}

export const noAnswer: PassedAnswer = {
  head: undefined,
  headAt: undefined,
  usage: undefined,
  contentEvents: 0,
  failure: undefined,
  stream: false,
  sentText: () => undefined,
};

/** What the ledger calls the model: its name, or the path where no request to it names one. */
export function modelOf({ asked, found }: Pick<PassedFacts, 'asked' | 'found'>): string {
  return asked.name ?? found.entry.path;
}
