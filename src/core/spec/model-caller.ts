/** The port through which rooms have a model called for purposes of their own: health checks, connection tests, judges. */
import type { Deployment } from './deployment.js';
import type { InboundHeaders } from './outbound.js';

/** LiteLLM's names of what a model does (`model_info.mode`), as far as it can be asked for it. */
export type ModelMode =
  | 'chat'
  | 'completion'
  | 'responses'
  | 'embedding'
  | 'image_generation'
  | 'audio_speech'
  | 'audio_transcription'
  | 'rerank'
  | 'moderation';

/** Whom a call is charged to in the ledger. */
export interface CallAccount {
  readonly keyHash: string;
  readonly keyAlias: string | undefined;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly tags: readonly string[];
}

export interface ModelCall {
  readonly mode: ModelMode;
  /** As a client would send it, without the model; a file is `{filename, contentType, bytes}`. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The one that is asked, past the router. */
  readonly deployment: Deployment;
  readonly account: CallAccount;
  readonly timeoutMs: number;
  /** Ends the call, as a process that shuts down does. */
  readonly signal?: AbortSignal;
  /** The request on whose behalf the call is made. */
  readonly parentRequestId?: string;
}

export interface ModelAnswer {
  /** The id of the call's own row in the ledger. */
  readonly requestId: string;
  readonly answer: string | Uint8Array;
  /** Those that came with the answer. */
  readonly headers: InboundHeaders;
}

export interface ModelCaller {
  /**
   * One attempt at one deployment, with a row of its own in the ledger, and neither guardrails nor cache.
   *
   * @throws GatewayError whatever kept the deployment from answering
   */
  call(call: ModelCall): Promise<ModelAnswer>;
}
