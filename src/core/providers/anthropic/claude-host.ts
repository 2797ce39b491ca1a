/** A place that serves Claude by the Messages API: Anthropic itself, or a cloud with an address and limits of its own. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCall, NativeCall } from '../../spec/chat-adapter.js';
import { modelTraits, type ModelTraits } from './model-traits.js';

/** What a request's betas depend on. */
export interface BetaNaming extends Pick<NativeCall, 'clientHeaders' | 'model' | 'parameters'> {
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ClaudeHost {
  /** The id of the provider, for errors. */
  readonly provider: string;
  /** Path and query of a request. */
  readonly path: (call: Pick<ChatCall, 'endpoint' | 'model' | 'parameters' | 'stream'>) => string;
  /** Clouds name the version in the body (`anthropic_version`), and the model outside it. Absent where a header names it. */
  readonly bodyVersion?: string;
  /** True where beta features are named in the body (`anthropic_beta`) and not in a header. */
  readonly betasInBody?: boolean;
  /** What a beta that a client names is called here; undefined where it is unknown. All go on as they are where absent. */
  readonly betaHere?: (beta: string, call: BetaNaming) => string | undefined;
  /** False where the address alone says whether the answer is a stream. */
  readonly streamInBody?: boolean;
  /** False where pictures and documents must come as bytes: what is at a web address is fetched. */
  readonly takesAddresses?: boolean;
  readonly traits: (model: string) => ModelTraits;
}

export const anthropicHost: ClaudeHost = {
  provider: 'anthropic',
  path: ({ endpoint }) => messagesPath(endpoint.basePath),
  traits: modelTraits,
};

/** Users give the address with and without `/v1`, and with the whole path. */
export function messagesPath(basePath: string): string {
  if (basePath.endsWith('/v1/messages')) return basePath;
  return basePath.endsWith('/v1') ? `${basePath}/messages` : `${basePath}/v1/messages`;
}

/** Runs what throws errors in Anthropic's name, and lets them out in the host's. */
export function inNameOf<T>(provider: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.provider === provider) throw error;
    const { code, message, status, type, param, retryAfterMs, detail, cause } = error;
    throw new GatewayError(code, { message, status, type, param, retryAfterMs, detail, cause, provider });
  }
}
