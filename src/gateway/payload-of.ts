/** Hands what was asked and answered to whoever keeps it, once the client has its answer. */
import { Logger } from '@nestjs/common';
import type { KeptPayload } from '../spend/payload-store.service.js';
import type { SpendService } from '../spend/spend.service.js';
import type { LlmExchange } from './llm-exchange.js';
import type { LlmRequest } from './llm-request.js';
import type { RequestGuard } from './request-guard.js';
import type { RequestGuardrails } from './request-guardrails.service.js';

type KeptPayloads = SpendService['payloads'] & object;

const logger = new Logger('Prompts');

/** Nobody waits for it, and nothing that goes wrong here is the client's business. */
export function keepPayload(
  request: LlmRequest,
  exchange: LlmExchange,
  payloads: KeptPayloads | undefined,
  guardrails: Pick<RequestGuardrails, 'beforeKeeping'>,
): void {
  const look = exchange.guard?.run.plan.logging_only.length ? exchange.guard : undefined;
  if (!payloads?.isOn && !look) return;
  const keep = async (): Promise<void> => {
    const payload = payloadOf(request, exchange);
    const kept = payload && look ? await guardrails.beforeKeeping(look, payload) : payload;
    if (kept && payloads?.isOn) payloads.keep(kept);
  };
  keep().catch((cause: unknown) =>
    logger.error({ message: 'A prompt was not kept.', callId: exchange.requestId, cause }),
  );
}

/** LiteLLM's header: nothing of this request is to be kept. */
const redactionHeader = 'x-litellm-enable-message-redaction';

/** Null where the client wants none of it kept. */
function payloadOf({ bytes, headers, principal }: LlmRequest, exchange: LlmExchange): KeptPayload | null {
  if (/^(true|1)$/i.test(String(headers[redactionHeader]))) return null;
  return {
    requestId: exchange.requestId,
    startedAtMs: exchange.startedAtMs,
    apiKeyHash: principal.keyHash,
    teamId: principal.teamId,
    request: requestOf(bytes, exchange.guard),
    response: responseOf(exchange),
  };
}

/** As it went on: what a guardrail has taken out is not kept either. */
function requestOf(bytes: Buffer, guard: RequestGuard | undefined): string | undefined {
  const sent = guard?.bytes ?? bytes;
  return sent.length > 0 ? sent.toString() : undefined;
}

/** Sound and pictures are not kept; of a stream, the text that was sent. */
function responseOf({ answer, stream, sentText, stage }: LlmExchange): string | undefined {
  if (answer) return isJson(answer.contentType) ? answer.answer.toString() : undefined;
  const text = stream ? (stage?.text ?? sentText?.()) : undefined;
  return text === undefined ? undefined : JSON.stringify({ stream: true, content: text });
}

function isJson(contentType: string | undefined): boolean {
  return contentType === undefined || contentType.includes('json');
}
