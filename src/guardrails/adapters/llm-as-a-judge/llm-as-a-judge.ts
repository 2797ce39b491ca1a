/**
 * Has any configured model judge a request or an answer by criteria, on the caller's account.
 *
 * The settings are LiteLLM's: https://docs.litellm.ai/docs/proxy/guardrails/llm_as_a_judge
 */
import type { Deployment } from '../../../core/spec/index.js';
import {
  pass,
  type Finding,
  type Guardrail,
  type GuardrailContext,
  type GuardrailSurroundings,
} from '../../guardrail.js';
import type { GuardedContent, GuardrailType, StreamReading, Verdict } from '../../guardrail.js';
import { unavailable } from '../unavailable.js';
import { checkCriteria, judgeParameters, type Criterion, type JudgeParameters } from './judge-parameters.js';
import { judgeQuestion, type JudgeQuestion } from './judge-prompt.js';
import { readJudgement, type Judgement } from './judge-verdict.js';

const id = 'llm_as_a_judge';
/** Room for a model that thinks before it answers. */
const mostTokens = 4_096;
/** The gateway's own limit, `timeout`, ends it sooner. */
const mostMs = 600_000;

class LlmAsAJudge implements Guardrail {
  /** A judge needs the whole, and each call costs. */
  readonly stream: StreamReading = { by: 'answer' };
  private turn = 0;

  constructor(
    private readonly parameters: JudgeParameters,
    private readonly surroundings: Pick<GuardrailSurroundings, 'models' | 'deploymentsOf'>,
  ) {}

  async check(content: GuardedContent, context: GuardrailContext): Promise<Verdict> {
    const { criteria, overall_threshold: threshold, on_failure: onFailure } = this.parameters;
    const judgement = await this.judge(judgeQuestion(content, criteria, context.requestId), context);
    if (judgement.score >= threshold) return pass;
    const findings = lowest(criteria, judgement, threshold);
    if (onFailure === 'log') return { action: 'pass', findings };
    const what = content.direction === 'request' ? 'it' : 'the answer';
    return { action: 'block', findings, reason: `${what} does not meet the criteria that are set for it.` };
  }

  /** Each look goes to the next deployment: so does one that is tried again. */
  private async judge(question: JudgeQuestion, context: GuardrailContext): Promise<Judgement> {
    const { judge_model: model, criteria } = this.parameters;
    const deployments = this.surroundings.deploymentsOf(model);
    const deployment = deployments[this.turn++ % deployments.length];
    if (!deployment) throw unavailable(id, `there is no model group ${model}`);
    let answer: string;
    try {
      answer = await this.ask(deployment, question, context);
    } catch (thrown) {
      throw unavailable(id, `${model} did not answer`, thrown);
    }
    const judgement = readJudgement(answer, criteria, question.token);
    if (judgement) return judgement;
    throw unavailable(id, `${model} gave no verdict of the form that it was asked for`);
  }

  private async ask(deployment: Deployment, question: JudgeQuestion, context: GuardrailContext): Promise<string> {
    const { answer } = await this.surroundings.models.call({
      mode: 'chat',
      body: { messages: question.messages, ...settingsFor(deployment) },
      deployment,
      account: {
        keyHash: context.keyHash,
        keyAlias: context.keyAlias,
        userId: context.userId,
        teamId: context.teamId,
        tags: context.tags,
      },
      timeoutMs: mostMs,
      signal: context.signal,
      parentRequestId: context.requestId,
    });
    return typeof answer === 'string' ? answer : Buffer.from(answer).toString('utf8');
  }
}

/** What makes verdicts steady and whole, as far as the judge's model takes it. */
function settingsFor({ provider, model }: Deployment): Readonly<Record<string, unknown>> {
  const takes = provider.chat?.supportedParams(model);
  const tokenLimit = ['max_completion_tokens', 'max_tokens'].find((name) => takes?.has(name));
  return {
    ...(takes?.has('temperature') && { temperature: 0 }),
    ...(takes?.has('response_format') && { response_format: { type: 'json_object' } }),
    ...(tokenLimit !== undefined && { [tokenLimit]: mostTokens }),
  };
}

/** The criteria that are to blame: at least one is below a threshold that the weighted score does not reach. */
function lowest(criteria: readonly Criterion[], { scores }: Judgement, threshold: number): readonly Finding[] {
  const below = criteria.filter(({ name, weight }) => weight > 0 && (scores.get(name) ?? 0) < threshold);
  return below.map(({ name }) => ({ kind: name, count: 1 }));
}

export const llmAsAJudgeGuardrail: GuardrailType<JudgeParameters> = {
  id,
  parameters: judgeParameters,
  create(parameters, surroundings) {
    checkCriteria(parameters.criteria);
    return new LlmAsAJudge(parameters, surroundings);
  },
};
