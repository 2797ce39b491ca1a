/** The shape of a quirk: one named way in which a provider departs from OpenAI's chat endpoint. */
import type { ChatCall } from '../../spec/chat-adapter.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What every call has, whatever its endpoint. */
export type RequestTarget = Pick<ChatCall, 'model' | 'endpoint' | 'parameters'>;

/** Every function but that of `perStream` is pure and returns its argument itself where there is nothing to do. */
export interface Quirk {
  readonly name: string;
  /** Changes the body on its way out, after the parameter policy and before `extra_body`. */
  readonly request?: (body: JsonObject, call: ChatCall) => JsonObject;
  /** Headers that come from the deployment's own settings. */
  readonly headers?: (
    call: RequestTarget & { readonly body?: unknown },
  ) => Readonly<Record<string, string>> | undefined;
  /** Changes a whole answer on its way back. */
  readonly answer?: (completion: JsonObject) => JsonObject;
  /** Changes one chunk of a streamed answer; null where it goes no further. */
  readonly chunk?: (chunk: JsonObject) => JsonObject | null;
  /** Makes the `chunk` of one stream, for a departure that must remember what came before. */
  readonly perStream?: () => Required<Pick<Quirk, 'chunk'>>;
  /** What an answer costs, USD, where its `usage` says so. */
  readonly cost?: (usage: JsonObject) => unknown;
  /** Where the usage of an answer or chunk is, if not under `usage`. */
  readonly usage?: (body: JsonObject) => unknown;
}
