/** LiteLLM's hooks of an operator's class as a guardrail: what they are given, and what becomes of what they return. */
import { GatewayError } from '../../../core/errors/gateway-error.js';
import type { GuardedContent, Guardrail, GuardrailContext, StreamReading, Verdict } from '../../guardrail.js';
import { pass } from '../../guardrail.js';
import { unavailable } from '../unavailable.js';
import { maskWhereChanged } from '../verdicts.js';
import type { CustomHooks, HookCaller, HookData, HookInputs, HookResponse, HookToolCall } from './hooks.js';

const findings = [{ kind: 'custom', count: 1 }] as const;

export class HookGuardrail implements Guardrail {
  /** Its hooks are written for whole answers. */
  readonly stream: StreamReading = { by: 'answer' };

  constructor(
    private readonly id: string,
    private readonly hooks: CustomHooks,
  ) {}

  async check(content: GuardedContent, context: GuardrailContext): Promise<Verdict> {
    try {
      return await this.look(content, context);
    } catch (thrown) {
      if (thrown instanceof GatewayError) throw thrown;
      if (isRefusal(thrown)) return { action: 'block', reason: thrown.message, findings };
      throw unavailable(this.id, `its hook failed with ${kindOf(thrown)}`, thrown);
    }
  }

  /** The hook of the mode comes before `apply_guardrail`, as in LiteLLM; what has no hook passes. */
  private async look(content: GuardedContent, context: GuardrailContext): Promise<Verdict> {
    const { hooks } = this;
    const caller = callerOf(context);
    const data = dataOf(content, context);
    if (content.direction === 'answer') {
      if (!hooks.async_post_call_success_hook) return this.apply(content, data);
      const response = responseOf(content, context);
      const given = await hooks.async_post_call_success_hook(data, caller, response);
      return this.changed(content, choicesOf(given ?? response));
    }
    if (context.mode === 'during_call') {
      if (!hooks.async_moderation_hook) return this.apply(content, data);
      await hooks.async_moderation_hook(data, caller, context.callType);
      return pass;
    }
    if (hooks.async_pre_call_hook) {
      const given = await hooks.async_pre_call_hook(caller, null, data, context.callType);
      if (typeof given === 'string') return { action: 'block', reason: given, findings };
      if (given instanceof Error) throw given;
      return this.changed(content, messagesOf(given ?? data));
    }
    return this.apply(content, data);
  }

  private async apply(content: GuardedContent, data: HookData): Promise<Verdict> {
    const { hooks } = this;
    if (!hooks.apply_guardrail) return pass;
    const inputs: HookInputs = {
      texts: content.texts.map(({ text }) => text),
      tools: content.tools,
      tool_calls: data.tool_calls,
    };
    const given = await hooks.apply_guardrail(inputs, data, content.direction === 'request' ? 'request' : 'response');
    return this.changed(content, textsOf(given ?? inputs));
  }

  private changed(content: GuardedContent, texts: readonly unknown[] | undefined): Verdict {
    const { length } = content.texts;
    if (texts === undefined || texts.length !== length || !texts.every((text) => typeof text === 'string')) {
      throw unavailable(this.id, `its hook did not return a text for each of the ${length} that it was given`);
    }
    return maskWhereChanged(content, texts, () => findings);
  }
}

function callerOf(context: GuardrailContext): HookCaller {
  return {
    api_key: context.keyHash,
    key_alias: context.keyAlias ?? null,
    user_id: context.userId ?? null,
    team_id: context.teamId ?? null,
    end_user_id: context.endUser ?? null,
  };
}

function dataOf(content: GuardedContent, context: GuardrailContext): HookData {
  return {
    model: context.model,
    messages: content.direction === 'request' ? content.texts.map(({ role, text }) => ({ role, content: text })) : [],
    tools: content.tools,
    tool_calls: toolCallsOf(content),
    litellm_call_id: context.requestId,
    metadata: { tags: [...context.tags] },
    extra_body: context.extraBody,
  };
}

function responseOf(content: GuardedContent, context: GuardrailContext): HookResponse {
  const choices = content.texts.map(({ role, text }, index) => ({ index, message: { role, content: text } }));
  return { model: context.model, choices, tool_calls: toolCallsOf(content) };
}

function toolCallsOf({ toolCalls }: GuardedContent): readonly HookToolCall[] {
  return toolCalls.map((call) => ({ function: { ...call } }));
}

function messagesOf(given: unknown): readonly unknown[] | undefined {
  return listOf(given, 'messages')?.map((message) => memberOf(message, 'content'));
}

function choicesOf(given: unknown): readonly unknown[] | undefined {
  return listOf(given, 'choices')?.map((choice) => memberOf(memberOf(choice, 'message'), 'content'));
}

function textsOf(given: unknown): readonly unknown[] | undefined {
  return listOf(given, 'texts');
}

function listOf(value: unknown, name: string): readonly unknown[] | undefined {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** Errors of the language and of the network: the hook has found nothing, it has failed. */
const failures: ReadonlySet<string> = new Set([
  'TypeError',
  'ReferenceError',
  'RangeError',
  'SyntaxError',
  'EvalError',
  'URIError',
  'AggregateError',
  'AbortError',
  'TimeoutError',
]);

/** Whoever refuses throws an error of their own, as in LiteLLM. */
function isRefusal(thrown: unknown): thrown is Error {
  return thrown instanceof Error && !failures.has(thrown.name) && !('code' in thrown);
}

function kindOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}
