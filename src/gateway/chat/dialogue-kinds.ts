/** The endpoints at which clients talk to chat models: one row for each dialect. */
import type { IncomingHttpHeaders } from 'node:http';
import { anthropicMessages } from '../../core/dialects/anthropic-messages/index.js';
import { geminiGenerateContent } from '../../core/dialects/gemini/index.js';
import { member, objectMember } from '../../core/dialects/gemini/wire-names.js';
import { openAiChat } from '../../core/dialects/openai-chat/index.js';
import { openAiCompletions } from '../../core/dialects/openai-completions/index.js';
import { openAiResponses } from '../../core/dialects/openai-responses/index.js';
import type { OutputSize } from '../operation.js';
import type { DialogueKind } from './dialogue-operation.js';

export const chatCompletions: DialogueKind<'openai-chat'> = {
  dialect: openAiChat,
  callType: 'acompletion',
  idPrefix: 'chatcmpl-',
  output: ({ n, max_completion_tokens, max_tokens }) => ({
    answers: n,
    maxTokens: max_completion_tokens ?? max_tokens,
  }),
};

export const completions: DialogueKind<'openai-completions'> = {
  dialect: openAiCompletions,
  callType: 'atext_completion',
  idPrefix: 'cmpl-',
  output: ({ n, max_tokens, prompt }) => ({
    answers: (n ?? 1) * (typeof prompt === 'string' || typeof prompt[0] === 'number' ? 1 : prompt.length),
    maxTokens: max_tokens,
  }),
};

export const messages: DialogueKind<'anthropic-messages'> = {
  dialect: anthropicMessages,
  callType: 'anthropic_messages',
  idPrefix: 'msg_',
  output: ({ max_tokens }) => ({ maxTokens: max_tokens }),
  meaning: {
    // Anthropic knows one member of it; any other is meant for the gateway.
    ownsMetadata: ({ metadata }) => Object.keys(metadata ?? {}).every((member) => member === 'user_id'),
    endUserOf: ({ metadata }) => metadata?.user_id,
  },
  clientHeaders: (headers) => named(headers, ['anthropic-beta', 'anthropic-version']),
};

export const responses: DialogueKind<'openai-responses'> = {
  dialect: openAiResponses,
  callType: 'aresponses',
  idPrefix: 'resp_',
  output: ({ max_output_tokens }) => ({ maxTokens: max_output_tokens }),
  meaning: {
    // OpenAI keeps it with the response; what steers the gateway is LiteLLM's.
    ownsMetadata: ({ metadata }) => !['tags', 'session_id'].some((member) => member in (metadata ?? {})),
    endUserOf: ({ user, safety_identifier: identifier }) => user ?? identifier,
  },
};

export const generateContent: DialogueKind<'gemini-generate-content'> = {
  dialect: geminiGenerateContent,
  callType: 'agenerate_content',
  idPrefix: 'gen_',
  output: (body) => outputOf(objectMember(body, 'generationConfig')),
  meaning: { ownsMetadata: () => false, endUserOf: () => undefined },
};

function outputOf(config: unknown): OutputSize {
  const [answers, maxTokens] = [member(config, 'candidateCount'), member(config, 'maxOutputTokens')];
  return {
    ...(typeof answers === 'number' && { answers }),
    ...(typeof maxTokens === 'number' && { maxTokens }),
  };
}

function named(headers: IncomingHttpHeaders, names: readonly string[]): Readonly<Record<string, string>> {
  const found = names.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
