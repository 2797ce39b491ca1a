/** What the models of each maker take on Bedrock, and how their own parameters are spelled there. */
// https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html
import { modelTraits } from '../../anthropic/model-traits.js';
import type { ModelId } from '../model-id.js';

export interface FamilyTraits {
  readonly claude: boolean;
  readonly nova: boolean;
  /** The tool choices that may be asked for. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html */
  readonly choices: ReadonlySet<'auto' | 'any' | 'tool'>;
  /** `outputConfig.textFormat` and strict tools. https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html */
  readonly structuredOutput: boolean;
  readonly reasoningEffort: boolean;
}

const always = [
  ...['stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'stop', 'temperature', 'top_p'],
  ...['tools', 'tool_choice', 'functions', 'function_call', 'response_format', 'user', 'metadata', 'service_tier'],
];
const everyChoice: FamilyTraits['choices'] = new Set(['auto', 'any', 'tool']);
const anyChoice: FamilyTraits['choices'] = new Set(['auto', 'any']);
const autoChoice: FamilyTraits['choices'] = new Set(['auto']);
const openWeights: ReadonlySet<string> = new Set([
  'openai',
  'qwen',
  'google',
  'nvidia',
  'minimax',
  'moonshot',
  'moonshotai',
  'zai',
]);

export function familyTraits({ maker, name }: ModelId): FamilyTraits {
  const claude = maker === 'anthropic';
  const nova = name.startsWith('amazon.nova');
  const isOpen = openWeights.has(maker) || name.startsWith('deepseek.v');
  return {
    claude,
    nova,
    // A resource whose model is not known may be any of them.
    choices: claude || nova || maker === '' ? everyChoice : maker === 'mistral' ? anyChoice : autoChoice,
    structuredOutput: claude ? modelTraits(name).structuredOutput : isOpen,
    reasoningEffort: claude ? modelTraits(name).thinking : name.startsWith('amazon.nova-2') || maker === 'openai',
  };
}

export function supportedParams(model: ModelId): ReadonlySet<string> {
  const { claude, reasoningEffort, nova } = familyTraits(model);
  const isSampled = !claude || modelTraits(model.name).sampling;
  return new Set([
    ...always.filter((param) => isSampled || (param !== 'temperature' && param !== 'top_p')),
    ...(claude ? ['parallel_tool_calls'] : []),
    ...(nova ? ['web_search_options'] : []),
    ...(reasoningEffort ? ['reasoning_effort'] : []),
  ]);
}
