/** The contract of a provider that counts the tokens of a request without answering it. */
import type { EndpointAdapter, EndpointCall } from './endpoint-adapter.js';

/** The body of a request whose tokens are to be counted, in the words of its dialect. */
export type CountedRequest = Readonly<Record<string, unknown>> & { readonly model: string };

export interface TokenCountCall extends EndpointCall<CountedRequest> {
  /** As `NativeCall.clientHeaders`. */
  readonly clientHeaders?: Readonly<Record<string, string>>;
}

/** What the provider says. */
export interface NativeTokenCount {
  readonly tokens: number;
  /** Its whole answer. */
  readonly original: Readonly<Record<string, unknown>>;
}

export interface TokenCountAdapter extends Pick<
  EndpointAdapter<CountedRequest, NativeTokenCount>,
  'parseResponse' | 'parseError'
> {
  /** What counted, as LiteLLM names it: `anthropic_api`. */
  readonly tokenizer: string;
  /** False for models that the provider does not count for. */
  accepts(call: Pick<TokenCountCall, 'model' | 'parameters'>): boolean;
  buildRequest(call: TokenCountCall): ReturnType<EndpointAdapter<CountedRequest, NativeTokenCount>['buildRequest']>;
}

/** The dialects in which clients ask for a count. */
export type CountedDialect = 'anthropic-messages' | 'gemini-generate-content';

export type TokenCountAdapters = { readonly [Each in CountedDialect]?: TokenCountAdapter };
