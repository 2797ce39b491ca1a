/** Guardrails in the management API. */
import { Module } from '@nestjs/common';
import { GuardrailRepository } from './guardrail.repository.js';
import { GuardrailsController } from './guardrails.controller.js';
import { GuardrailsService } from './guardrails.service.js';

@Module({ controllers: [GuardrailsController], providers: [GuardrailsService, GuardrailRepository] })
export class GuardrailsManagementModule {}
