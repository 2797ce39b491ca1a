/** The contract of a guardrail: it looks at what goes to a model or comes from it, and says what becomes of it. */
import type { z } from 'zod';
import type { Clock, Credentials, Deployment, EgressProfile, ModelCaller } from '../core/spec/index.js';
import type { OutboundHttp } from '../clients/outbound-http.service.js';

/** When it looks, in LiteLLM's words. */
export const guardrailModes = ['pre_call', 'during_call', 'post_call', 'logging_only'] as const;

export type GuardrailMode = (typeof guardrailModes)[number];

export type TextRole = 'system' | 'user' | 'assistant' | 'tool';

/** One piece of text, whatever surface it comes from. */
export interface GuardedText {
  readonly text: string;
  readonly role: TextRole;
  /** The arguments of a tool call: JSON, which it has to stay where it is masked. */
  readonly isJson?: boolean;
}

export interface GuardedToolCall {
  readonly name: string;
  /** JSON, as the model wrote it. */
  readonly arguments: string;
}

export interface GuardedContent {
  readonly direction: 'request' | 'answer';
  /** In the order in which they stand. Those of a stream: so much of one answer as is known, from its beginning or from what was checked before. */
  readonly texts: readonly GuardedText[];
  /** Names of the tools that a request offers. */
  readonly tools: readonly string[];
  readonly toolCalls: readonly GuardedToolCall[];
  /** False while more of a stream may come. */
  readonly isComplete: boolean;
}

/** On whose behalf, and for what, a guardrail looks. */
export interface GuardrailContext {
  readonly requestId: string;
  /** The model group. */
  readonly model: string;
  /** LiteLLM's name of the operation, such as `acompletion`. */
  readonly callType: string;
  readonly keyHash: string;
  readonly keyAlias: string | undefined;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly endUser: string | undefined;
  readonly tags: readonly string[];
  /** None where no request is under way, as where an operator tries a guardrail on a text. */
  readonly mode?: GuardrailMode;
  /** What the request adds for this guardrail: `guardrails: [{name: {extra_body: {...}}}]`. */
  readonly extraBody: Readonly<Record<string, unknown>>;
  /** Aborted when nobody waits for the verdict any more: the client has left, or the time is over. */
  readonly signal: AbortSignal;
}

/** What was found, without a word of the text itself: it goes into rows, logs and metrics. */
export interface Finding {
  /** Such as `EMAIL_ADDRESS`, `keyword`, or a vendor's category. */
  readonly kind: string;
  readonly count: number;
}

interface Found {
  readonly findings: readonly Finding[];
}

export type Verdict =
  /** With findings where something was found and is only to be told of. */
  | ({ readonly action: 'pass' } & Partial<Found>)
  | (Found & {
      readonly action: 'mask';
      /** In the places of the content's texts, all of them. */
      readonly texts: readonly string[];
      /** What stands for what, where the answer is to have the original again. */
      readonly originals?: ReadonlyMap<string, string>;
      /** Names of tools that the request no longer offers. */
      readonly withoutTools?: readonly string[];
      /** Tool calls that the answer loses, by their places in the content, and what its text says in their place. */
      readonly withoutToolCalls?: { readonly places: readonly number[]; readonly note: string };
    })
  | (Found & {
      readonly action: 'block';
      /** For the client: what it may do about it, and nothing of what was found. */
      readonly reason: string;
    })
  | (Found & {
      readonly action: 'route';
      /** The model group that the request goes to instead. */
      readonly model: string;
    });

export const pass: Verdict = { action: 'pass' };

/** How a guardrail looks at a stream. */
export type StreamReading =
  /** At each part: a match is never longer than so many characters, which are held back. */
  | { readonly by: 'window'; readonly holdBackChars: number }
  /** At pieces of so many characters, each held back until it has been checked. */
  | { readonly by: 'segment'; readonly chars: number }
  /** At the end: the whole answer is held back. */
  | { readonly by: 'answer' };

export interface Guardrail {
  readonly stream: StreamReading;
  /**
   * At once where it needs no service.
   *
   * @throws GatewayError `guardrail_unavailable` where its service does not answer: `fail_open` and `fail_closed` are not its business
   */
  check(content: GuardedContent, context: GuardrailContext): Verdict | Promise<Verdict>;
}

/** What a guardrail may use of the gateway. */
export interface GuardrailSurroundings {
  readonly clock: Clock;
  readonly http: Pick<OutboundHttp, 'send'>;
  /** Who vouches for the addresses in its parameters; `restricted` where it is not said. */
  readonly egress?: EgressProfile;
  /** What an identity's requests are signed with, its token exchanged and kept as a deployment's is (`CredentialStore.current`). */
  readonly credentialsOf?: (identity: Deployment) => Credentials | Promise<Credentials>;
  /** For a judge: calls it as the caller's own, with a row of its own. */
  readonly models: ModelCaller;
  /** The deployments of a model group as it is served now; none where there is no such group. */
  readonly deploymentsOf: (modelGroup: string) => readonly Deployment[];
  /** The text of a file that the configuration names; only for guardrails of the config file. Throws where it cannot be read. */
  readonly readFile?: ((path: string) => string) | undefined;
}

/** One kind of guardrail: a value of `litellm_params.guardrail`. */
export interface GuardrailType<Parameters = unknown> {
  /** As in LiteLLM's config file. */
  readonly id: string;
  /** Those members of `litellm_params` that are its own. */
  readonly parameters: z.ZodType<Parameters>;
  /** @throws GuardrailMistake for parameters that do not go together */
  create(parameters: Parameters, surroundings: GuardrailSurroundings): Guardrail;
}

/** A guardrail that is configured wrongly. */
export class GuardrailMistake extends Error {
  /**
   * @param path below `litellm_params`, such as `patterns[2].regex`
   * @param message what is wrong and how to mend it
   */
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(message);
    this.name = 'GuardrailMistake';
  }
}
