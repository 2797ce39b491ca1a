/** The room of guardrails: who configures some adds them to `GuardrailSources`; who serves requests asks there. */
import { Global, Module } from '@nestjs/common';
import { GuardrailSources } from './guardrail-source.js';

@Global()
@Module({ providers: [GuardrailSources], exports: [GuardrailSources] })
export class GuardrailsModule {}
