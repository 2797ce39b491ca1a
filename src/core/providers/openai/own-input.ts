/** The input of a Responses request without what another provider's answers have left in it that OpenAI refuses. */
import type { ResponsesInputItem, ResponsesRequest } from '../../schema/openai/responses.js';
import { shortCallId } from './call-ids.js';

/** Of reasoning that the gateway has told in the name of another provider's model; OpenAI's ids have no hyphens. */
const foreignId = /^rs_[0-9a-f]{8}-[0-9a-f-]{27}_\d+$/;
/** https://platform.openai.com/docs/api-reference/responses/create */
const maxCallIdLength = 64;
/** Tells at once, by the body's text, where nothing needs to be looked for. */
const suspicious = /"rs_[0-9a-f]{8}-|"call_id"\s*:\s*"[^"]{65}/;

/** @param text the body as it came */
export function ownInput({ input }: ResponsesRequest, text: string): ResponsesRequest['input'] {
  if (typeof input === 'string' || !suspicious.test(text)) return input;
  const own = input.filter((item) => !isForeignReasoning(item)).map(withShortId);
  return own.length === input.length && own.every((item, at) => item === input[at]) ? input : own;
}

function isForeignReasoning(item: ResponsesInputItem | null): boolean {
  const id = item?.['id'];
  return item?.type === 'reasoning' && typeof id === 'string' && foreignId.test(id);
}

function withShortId(item: ResponsesInputItem): ResponsesInputItem {
  const id: unknown = item?.call_id;
  if (typeof id !== 'string' || id.length <= maxCallIdLength) return item;
  return { ...item, call_id: shortCallId(id, maxCallIdLength) };
}
