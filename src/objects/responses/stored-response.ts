/** What is kept of responses: who made them and where, and what was said where the gateway itself keeps it. */
import type { ResponseObject } from '../../core/schema/openai/responses.js';

/** Who asks for a response. */
export interface ResponseReader {
  readonly keyHash: string;
  /** Of administrators: what other keys have made, too. */
  readonly readsAll: boolean;
}

/** An item of a conversation, as it came or was answered; each has an id. */
export interface StoredItem {
  readonly type: string;
  readonly id: string;
  readonly [member: string]: unknown;
}

export interface ResponseContent {
  /** What this turn brought, without the turns before it. */
  readonly input: readonly StoredItem[];
  readonly response: ResponseObject;
}

export interface StoredResponse {
  /** What clients know it by: the provider's own id where the provider keeps it. */
  readonly id: string;
  /** The key that made it. */
  readonly ownerHash: string;
  /** The model that was asked for. */
  readonly modelGroup: string;
  readonly deploymentId: string;
  readonly keeper: 'gateway' | 'provider';
  /** As in the response; `too_large` where the gateway did not keep it for its size. */
  readonly status: string;
  /** The ids of the turns before it, the oldest first; of what the gateway keeps alone. */
  readonly chain: readonly string[];
  /** Of the whole conversation up to here. */
  readonly conversationBytes: number;
  /** Made in the background: the ledger does not know yet what it cost. */
  readonly unsettled: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** With what was said; null where the provider keeps it, or nobody. */
export interface StoredResponseWithContent extends StoredResponse {
  readonly content: ResponseContent | null;
}

/** All that was said up to a response, and its answer. */
export interface Conversation {
  /** The ids of its turns, the oldest first. */
  readonly turns: readonly string[];
  readonly items: readonly StoredItem[];
  readonly bytes: number;
  /** When the first of its turns goes. */
  readonly expiresAt: Date;
}
