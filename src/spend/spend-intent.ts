/** What the data plane tells the ledger about one client request: the intent, the progress of its stream, and the outcome. */
import type { ModelPrices, Usage } from '../core/spec/index.js';
import type { LeaseMark } from './payers.js';

/** Known before the first upstream call; journaled before it is made. */
export interface SpendIntent {
  /** A UUIDv7 from `SpendService.newRequestId`; never the client's or the provider's id. */
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  /** LiteLLM's name of the operation, such as `acompletion`. */
  readonly callType: string;
  /** SHA-256 of the caller's key in hex; the key itself never enters the journal. */
  readonly apiKeyHash: string;
  /** The model name that the client asked for. */
  readonly modelGroup: string;
  /** The estimated cost; what a crash is charged with when the stream left no checkpoint. */
  readonly reservationNanos: bigint;
  readonly keyAlias?: string;
  readonly userId?: string;
  readonly teamId?: string;
  readonly organizationId?: string;
  readonly projectId?: string;
  readonly endUser?: string;
  readonly requesterIp?: string;
  readonly sessionId?: string;
  /** The request on whose behalf the gateway makes this one. */
  readonly parentRequestId?: string;
  readonly tags?: readonly string[];
  /** The accounts on which it holds a reservation, each of `reservationNanos`, with the epoch of the lease. */
  readonly leases?: readonly Omit<LeaseMark, 'nanos'>[];
  /** JSON values only; dropped where the record would exceed its size limit. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** One upstream call within a client request. */
export interface SpendAttempt {
  readonly deploymentId: string;
  readonly provider: string;
  /** The provider's name of the model. */
  readonly model: string;
  readonly apiBase: string;
  readonly status: 'success' | 'failure';
  readonly costNanos: bigint;
  readonly errorCode?: string;
  readonly usage?: Usage;
  /** The model has no price: its cost of 0 is unknown, not free. */
  readonly unpriced?: boolean;
  /** What was reserved for it on the accounts of its deployment and provider. */
  readonly leases?: readonly LeaseMark[];
}

/** What a stream has cost so far. */
export interface SpendProgress {
  readonly usage: Usage;
  readonly costNanos: bigint;
  /** The attempt whose stream this is. */
  readonly attempt?: Pick<SpendAttempt, 'deploymentId' | 'provider' | 'model' | 'apiBase'>;
}

/** What a stream that was cut off had sent: its tokens are counted where the row is written, off the request's thread. */
export interface UncountedAnswer {
  readonly text: string;
  /** Undefined for a model without a price. */
  readonly prices?: ModelPrices;
}

/** What one guardrail has done, in the order in which they looked. */
export interface GuardrailMark {
  readonly name: string;
  readonly mode: string;
  /** `pass`, `mask`, `block`, `route`; `failed_open` and `failed_closed` where it could not look. */
  readonly action: string;
  readonly durationMs: number;
  readonly findings?: readonly { readonly kind: string; readonly count: number }[];
}

/** How the request ended. */
export interface SpendOutcome {
  readonly status: 'success' | 'failure';
  /** Epoch milliseconds. */
  readonly endedAtMs: number;
  readonly stream: boolean;
  /** In order; the last one gives the row its model, deployment and provider. */
  readonly attempts: readonly SpendAttempt[];
  /** What the providers bill, all attempts together. */
  readonly spendNanos: bigint;
  /** Absent means no tokens. */
  readonly usage?: Usage;
  /** Epoch milliseconds of the answer's first byte. */
  readonly completionStartedAtMs?: number;
  readonly usageEstimated?: boolean;
  readonly errorCode?: string;
  /** Public text only: it is shown in the spend log. */
  readonly errorMessage?: string;
  readonly cacheHit?: boolean;
  /** What guardrails have done, without a word of what they saw. */
  readonly guardrails?: readonly GuardrailMark[];
  /** Replaces the completion tokens and the cost of the last attempt by those of the counted text. */
  readonly uncounted?: UncountedAnswer;
}

/** One open request in the ledger. */
export interface SpendTicket {
  readonly requestId: string;
  readonly settled: boolean;
  /** Never throws: a lost checkpoint only makes the charge after a crash coarser. */
  checkpoint(progress: SpendProgress): void;
  /** Ends the request's account; resolves once that is written. Never rejects; a second call is ignored and logged, so that no request is charged twice. */
  settle(outcome: SpendOutcome): Promise<void>;
}
