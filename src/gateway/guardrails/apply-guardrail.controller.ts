/** POST /guardrails/apply_guardrail: one guardrail at one text, without a model. */
import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { principalOf } from '../../auth/principal-of.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import { SettingsService } from '../../config/settings.service.js';
import { readJsonBody } from '../../core/dialects/json-body.js';
import { checkTexts } from '../../guardrails/check-texts.js';
import { GuardrailEngine } from '../../guardrails/guardrail-engine.service.js';
import type { RequestFacts } from '../../guardrails/guard-run.js';
import { take } from '../../guardrails/steps.js';
import { openAiChatSurface } from '../../guardrails/surfaces/openai-chat.js';
import { checkedBy } from '../../http/json-body.js';
import { readBody } from '../../http/read-body.js';
import { RequestAccounts } from '../request-accounts.service.js';

const applySchema = z.object({
  guardrail_name: z.string('expected the name of a guardrail').min(1),
  text: z.string('expected the text to look at'),
  language: z.string().nullish(),
  entities: z.array(z.string()).nullish(),
  input_type: z.enum(['request', 'response'], 'expected request or response').default('request'),
  messages: z.array(z.record(z.string(), z.unknown())).nullish(),
});
type ApplyBody = z.output<typeof applySchema>;

@Controller()
export class ApplyGuardrailController {
  constructor(
    private readonly engine: GuardrailEngine,
    private readonly catalog: CatalogService,
    private readonly settings: SettingsService,
    private readonly accounts: RequestAccounts,
  ) {}

  /** What was said before, in `messages`, is looked at with the text, and only the text comes back. */
  @Post(['guardrails/apply_guardrail', 'apply_guardrail'])
  @Audience('llm_api')
  @HttpCode(200)
  async apply(@Req() request: FastifyRequest): Promise<{ response_text: string }> {
    const { value } = readJsonBody(await readBody(request.raw, this.settings.general.maxRequestBytes));
    const body = checkedBy(applySchema, value);
    const isRequest = body.input_type === 'request';
    const facts = this.factsOf(principalOf(request));
    const catalog = this.catalog.current();
    const mode = isRequest ? 'pre_call' : 'post_call';
    const run = this.engine.openOnly(catalog, body.guardrail_name, mode, facts, extraOf(body));
    const before = openAiChatSurface.readRequest({ messages: body.messages ?? [] });
    const own = { text: body.text, role: isRequest ? ('user' as const) : ('assistant' as const) };
    const reading = { ...before, texts: [...before.texts, own] };
    const { texts } = await take(checkTexts(run, mode, isRequest ? 'request' : 'answer', reading));
    return { response_text: texts.at(-1) ?? body.text };
  }

  private factsOf({ keyHash, keyAlias, userId, teamId, endUserId, tags }: Principal): RequestFacts {
    const requestId = this.accounts.newRequestId();
    const callType = 'apply_guardrail';
    return { requestId, model: '', callType, keyHash, keyAlias, userId, teamId, endUser: endUserId, tags };
  }
}

function extraOf({ language, entities }: ApplyBody): Readonly<Record<string, unknown>> {
  return { ...(language != null && { language }), ...(entities != null && { entities }) };
}
