/** Says which tools a request may offer and a model may call, and with what arguments. */
import type { Clock } from '../../../core/spec/index.js';
import type {
  GuardedContent,
  GuardedToolCall,
  Guardrail,
  GuardrailSurroundings,
  GuardrailType,
  Verdict,
} from '../../guardrail.js';
import { GuardrailMistake, pass } from '../../guardrail.js';
import { LinearPattern } from '../text/linear-pattern.js';
import { parsePath, valuesAt, type ArgumentPath } from './argument-values.js';
import { toolPermissionParameters, type ToolPermissionParameters } from './parameters.js';

interface ArgumentRule {
  readonly path: ArgumentPath;
  readonly pattern: LinearPattern;
}

interface Rule {
  readonly id: string;
  readonly matches: (tool: string) => boolean;
  readonly isAllowed: boolean;
  readonly arguments: readonly ArgumentRule[];
}

/** The type of every tool that has a name of the caller's own. */
const toolType = 'function';

type ParameterRule = ToolPermissionParameters['rules'][number];

function wholePattern(source: string, path: string, clock: Pick<Clock, 'monotonic'>): LinearPattern {
  return LinearPattern.compile(`^(?:${source})$`, path, clock);
}

function readRule(rule: ParameterRule, place: number, clock: Pick<Clock, 'monotonic'>): Rule {
  const at = `rules[${place}]`;
  if (rule.tool_name == null && rule.tool_type == null) {
    throw new GuardrailMistake(at, 'says of no tool what becomes of it. Give it a `tool_name` or a `tool_type`.');
  }
  const name = rule.tool_name == null ? undefined : wholePattern(rule.tool_name, `${at}.tool_name`, clock);
  const type = rule.tool_type == null ? undefined : wholePattern(rule.tool_type, `${at}.tool_type`, clock);
  const isOfType = type?.test(toolType) ?? true;
  return {
    id: rule.id,
    matches: (tool) => isOfType && (name?.test(tool) ?? true),
    isAllowed: rule.decision === 'allow',
    arguments: Object.entries(rule.allowed_param_patterns ?? {}).map(([path, source]) => {
      const where = `${at}.allowed_param_patterns.${path}`;
      const parsed = parsePath(path);
      if (parsed === undefined) throw new GuardrailMistake(where, 'is no path. Write it like `mail.to[].address`.');
      return { path: parsed, pattern: wholePattern(source, where, clock) };
    }),
  };
}

interface Refusal {
  readonly tool: string;
  /** The rule that refuses; none where the default does. */
  readonly rule: string | undefined;
  readonly isForArguments: boolean;
}

/** Text, numbers and truth values can be matched; what holds others cannot. */
function fits(value: unknown, pattern: LinearPattern): boolean {
  if (typeof value === 'string') return pattern.test(value);
  return (typeof value === 'number' || typeof value === 'boolean') && pattern.test(String(value));
}

function parsedArguments(call: GuardedToolCall): unknown {
  try {
    return JSON.parse(call.arguments === '' ? '{}' : call.arguments);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function argumentsFit(call: GuardedToolCall, rules: readonly ArgumentRule[]): boolean {
  if (rules.length === 0) return true;
  const root = parsedArguments(call);
  // What cannot be read cannot be allowed.
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return false;
  return rules.every(({ path, pattern }) => valuesAt(root, path).every((value) => fits(value, pattern)));
}

class ToolRules {
  constructor(
    private readonly rules: readonly Rule[],
    private readonly allowsOthers: boolean,
  ) {}

  /** Offered in a request: its arguments are not known yet. */
  refusalOfTool(tool: string): Refusal | undefined {
    const rule = this.rules.find(({ matches }) => matches(tool));
    if (rule?.isAllowed ?? this.allowsOthers) return undefined;
    return { tool, rule: rule?.id, isForArguments: false };
  }

  refusalOfCall(call: GuardedToolCall): Refusal | undefined {
    const refusal = this.refusalOfTool(call.name);
    if (refusal !== undefined) return refusal;
    const rule = this.rules.find(({ matches }) => matches(call.name));
    if (rule === undefined || argumentsFit(call, rule.arguments)) return undefined;
    return { tool: call.name, rule: rule.id, isForArguments: true };
  }
}

/** Names as the providers have them; whatever else a model writes there is not repeated. */
const plainName = /^[\w.:/-]{1,128}$/;

function inWords({ tool, rule, isForArguments }: Refusal): string {
  const name = plainName.test(tool) ? `the tool ${tool}` : 'a tool';
  const by = rule === undefined ? 'no rule allows it' : `rule ${rule}`;
  return isForArguments
    ? `${name} may not be called with these arguments (${by})`
    : `${name} is not allowed here (${by})`;
}

function findingsOf(refusals: readonly Refusal[]): { kind: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { rule = 'default_action' } of refusals) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, count]) => ({ kind: `tool_permission:${rule}`, count }));
}

function checkRequest(content: GuardedContent, rules: ToolRules, rewrites: boolean): Verdict {
  const refusals = content.tools.flatMap((tool) => rules.refusalOfTool(tool) ?? []);
  const [first] = refusals;
  if (first === undefined) return pass;
  const findings = findingsOf(refusals);
  if (!rewrites) return { action: 'block', findings, reason: `${inWords(first)}. Leave it out of the request.` };
  const withoutTools = [...new Set(refusals.map(({ tool }) => tool))];
  return { action: 'mask', findings, texts: content.texts.map(({ text }) => text), withoutTools };
}

function checkAnswer(content: GuardedContent, rules: ToolRules, rewrites: boolean): Verdict {
  const refused = content.toolCalls.flatMap((call, place) => {
    const refusal = rules.refusalOfCall(call);
    return refusal === undefined ? [] : [{ place, refusal }];
  });
  const [first] = refused;
  if (first === undefined) return pass;
  const findings = findingsOf(refused.map(({ refusal }) => refusal));
  if (!rewrites) return { action: 'block', findings, reason: `${inWords(first.refusal)}.` };
  const note = `${[...new Set(refused.map(({ refusal }) => inWords(refusal)))].join('; ')}.`;
  return {
    action: 'mask',
    findings,
    texts: content.texts.map(({ text }) => text),
    withoutToolCalls: { places: refused.map(({ place }) => place), note: note.charAt(0).toUpperCase() + note.slice(1) },
  };
}

function createToolPermission(parameters: ToolPermissionParameters, { clock }: GuardrailSurroundings): Guardrail {
  const rules = new ToolRules(
    parameters.rules.map((rule, place) => readRule(rule, place, clock)),
    parameters.default_action === 'allow',
  );
  const rewrites = parameters.on_disallowed_action === 'rewrite';
  return {
    stream: { by: 'answer' },
    check(content) {
      // The arguments of a call that a stream is still in can be read when it is over.
      if (!content.isComplete) return pass;
      return content.direction === 'request'
        ? checkRequest(content, rules, rewrites)
        : checkAnswer(content, rules, rewrites);
    },
  };
}

export const toolPermissionGuardrail: GuardrailType<ToolPermissionParameters> = {
  id: 'tool_permission',
  parameters: toolPermissionParameters,
  create: createToolPermission,
};
