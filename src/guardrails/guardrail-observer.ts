/** Tells the operator's log what guardrails have done, and never what they have seen. */
import { Injectable, Logger } from '@nestjs/common';
import type { GuardResult, GuardrailObserver } from './guard-run.js';

@Injectable()
export class GuardrailLog implements GuardrailObserver {
  private readonly logger = new Logger('Guardrails');

  looked(
    { name, mode, action, durationMs, findings }: Readonly<GuardResult>,
    requestId: string,
    failure: unknown,
  ): void {
    const facts = { guardrail: name, mode, action, callId: requestId, durationMs: Math.round(durationMs) };
    if (action === 'failed_open' || action === 'failed_closed')
      this.logger.warn({ ...facts, message: 'A guardrail could not look.', cause: causeOf(failure) });
    else if (action !== 'pass') this.logger.log({ ...facts, message: 'A guardrail has found something.', findings });
  }
}

/** A code says enough: a text may quote what was looked at. */
function causeOf(failure: unknown): string {
  if (typeof failure !== 'object' || failure === null) return 'unknown';
  const { code, name } = failure as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
