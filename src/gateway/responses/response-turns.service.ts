/** Reads a request of the Responses API, and finds what it builds on before it is routed. */
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import type { ParsedRequest } from '../../core/dialects/client-dialect.js';
import { openAiResponses } from '../../core/dialects/openai-responses/index.js';
import { invalidMember } from '../../core/dialects/model-request.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { ResponsesRequest } from '../../core/schema/openai/responses.js';
import type { ResponseReader } from '../../objects/responses/stored-response.js';
import { StoredResponsesService } from '../../objects/responses/stored-responses.service.js';
import type { ReadOperation } from '../operation.js';
import { ResponseOperation, type CurrentAnswer } from './response-operation.js';
import { referencesIn, type ResponseTurn } from './response-turn.js';
import type { ResponsesWriter } from './responses-writer.js';

export function readerOf({ keyHash, role }: Principal): ResponseReader {
  return { keyHash, readsAll: role === 'proxy_admin' };
}

@Injectable()
export class ResponseTurnsService {
  constructor(private readonly stored: StoredResponsesService) {}

  /**
   * @throws GatewayError for a body that is no request; `previous_response_not_found`; `database_unavailable` where the
   * request cannot do without what is kept, or asks by `store: true` to be kept itself
   */
  async open(bytes: Buffer, principal: Principal, writer: ResponsesWriter): Promise<ReadOperation> {
    const parsed = openAiResponses.read(bytes);
    const reader = readerOf(principal);
    this.checkStore(parsed.body);
    const turn = await this.findTurn(parsed, reader);
    const current: CurrentAnswer = { format: undefined, hold: undefined };
    return (given, headers) => {
      // A fallback may bring other members.
      const asked = given === bytes ? parsed : openAiResponses.read(given);
      refuseOtherTurn(asked.body, parsed.body);
      const { stored } = this;
      return new ResponseOperation(asked, { headers, ownerHash: reader.keyHash, turn, stored, writer, current });
    };
  }

  /** Whoever asks for it in so many words hears at once that nothing can be kept; nobody has been paid for the answer yet. */
  private checkStore({ store }: ResponsesRequest): void {
    if (store !== undefined && store !== null && typeof store !== 'boolean')
      throw invalidMember('store', 'true or false', store);
    if (store === true && !this.stored.isReachable)
      throw new GatewayError('database_unavailable', { param: 'store', retryAfterMs: 1_000 });
  }

  private async findTurn(
    { body, reservedMembers }: ParsedRequest<ResponsesRequest>,
    reader: ResponseReader,
  ): Promise<ResponseTurn> {
    const referenced = await this.stored.findItems(referencesIn(body.input), reader);
    const { previous_response_id: id } = body;
    if (id === undefined || id === null) return { previous: undefined, conversation: undefined, referenced };
    if (typeof id !== 'string' || id === '')
      throw invalidMember('previous_response_id', 'the id of a response such as "resp_abc"', id);
    // In an account of the client's own lies what the gateway has never heard of.
    if (reservedMembers.length > 0) return { previous: undefined, conversation: undefined, referenced };
    const previous = await this.stored.getPrevious(id, reader);
    const conversation = previous.keeper === 'gateway' ? await this.stored.conversationUpTo(previous) : undefined;
    return { previous, conversation, referenced };
  }
}

/** What a request builds on was found for the key that asks; nothing else can be named later. */
function refuseOtherTurn({ previous_response_id: id }: ResponsesRequest, asked: ResponsesRequest): void {
  if ((id ?? null) === (asked.previous_response_id ?? null)) return;
  const reason = '`previous_response_id` cannot be changed by a fallback.';
  throw new GatewayError('invalid_request', { param: 'previous_response_id', facts: { reason } });
}
