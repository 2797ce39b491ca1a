/** The room of guardrails: who configures some adds them to `GuardrailSources`; who serves requests asks `GuardrailEngine`. */
import { Global, Module } from '@nestjs/common';
import { GuardrailEngine } from './guardrail-engine.service.js';
import { GuardrailLog } from './guardrail-observer.js';
import { GuardrailSources } from './guardrail-source.js';

@Global()
@Module({
  providers: [GuardrailEngine, GuardrailLog, GuardrailSources],
  exports: [GuardrailEngine, GuardrailSources],
})
export class GuardrailsModule {}
