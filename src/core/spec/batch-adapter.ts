/** The contract of providers that work off files of requests at their own pace. */
import type { GatewayError } from '../errors/gateway-error.js';
import type { ObjectTarget } from './file-adapter.js';
import type { InboundResponse, OutboundRequest } from './outbound.js';
import type { Usage } from './usage.js';

export interface BatchOrder {
  /** The provider's id of the file. */
  readonly inputFileId: string;
  /** The path that every line is sent to: `/v1/chat/completions`. */
  readonly endpoint: string;
  readonly completionWindow: string;
  /** Whatever else the request says: `metadata`, `output_expires_after`. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** What a provider says of a batch; ids are the provider's own. */
export interface ProviderBatch {
  readonly id: string;
  /** Nothing will change any more: completed, failed, expired or cancelled. */
  readonly finished: boolean;
  readonly inputFileId: string | undefined;
  readonly outputFileId: string | undefined;
  readonly errorFileId: string | undefined;
  /** Of all its lines, where the batch itself tells. */
  readonly usage: Usage | undefined;
  /** The batch in OpenAI's shape. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** One line of a batch's output. */
export interface BatchResult {
  /** The provider's name of the model, where the answer has it. */
  readonly model: string | undefined;
  /** False where the line tells of a failure: nothing is billed for it. */
  readonly succeeded: boolean;
  /** Undefined where the answer does not tell. */
  readonly usage: Usage | undefined;
}

/** Builds no request with credentials in it, and does no I/O. */
export interface BatchAdapter {
  /** The provider's name of a model in the lines of an input file. */
  lineModel(target: ObjectTarget): string;
  buildCreate(order: BatchOrder, target: ObjectTarget): OutboundRequest;
  buildRetrieve(id: string, target: ObjectTarget): OutboundRequest;
  buildCancel(id: string, target: ObjectTarget): OutboundRequest;
  /** Reads a 2xx answer. Throws `upstream_invalid_response` for one that is none. */
  readonly parseBatch: (response: InboundResponse) => ProviderBatch;
  /** Reads one line of an output file; a line that cannot be read succeeded for all that is known. Never throws. */
  parseResult(line: string): BatchResult;
  /** Reads any other answer, and never throws. */
  readonly parseError: (response: InboundResponse) => GatewayError;
}
