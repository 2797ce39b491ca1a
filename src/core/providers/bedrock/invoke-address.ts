/** Where an InvokeModel request goes, and what is said beside its body: in the path and in headers. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { inRegion } from './aws-address.js';
import { modelPath, readModel } from './model-id.js';

type Placed = Pick<ChatCall, 'endpoint' | 'model' | 'parameters' | 'stream'>;
type Members = Readonly<Record<string, unknown>>;

/** Members of Converse, which are headers here or unknown. */
const own: ReadonlySet<string> = new Set([
  ...['guardrailConfig', 'performanceConfig', 'serviceTier', 'service_tier', 'requestMetadata', 'promptVariables'],
  ...['additionalModelRequestFields', 'additionalModelResponseFieldPaths', 'model_id'],
]);
/** Tiers of OpenAI's and Anthropic's that ask for what happens anyway. */
const usualTiers: ReadonlySet<unknown> = new Set(['auto', 'standard_only']);

export function invokePath({ endpoint, model, parameters, stream }: Placed): string {
  const { id } = readModel(model, parameters.provider);
  return modelPath(endpoint.basePath, id, stream ? 'invoke-with-response-stream' : 'invoke');
}

/** The call without members that are no part of the body. */
export function withoutOwn<Call extends { readonly body: Members }>(call: Call): Call {
  const kept = Object.entries(call.body).filter(([name]) => !own.has(name) && !name.startsWith('aws_'));
  return { ...call, body: Object.fromEntries(kept) };
}

/** The request in the model's region, with headers for what `withoutOwn` took out. */
export function addressed(request: OutboundRequest, call: Placed & { readonly body: Members }): OutboundRequest {
  const { region } = readModel(call.model, call.parameters.provider);
  const { guardrailConfig, performanceConfig, serviceTier, service_tier: tier } = call.body;
  const guardrail = objectOf(guardrailConfig);
  const headers = {
    'x-amzn-bedrock-guardrailidentifier': guardrail['guardrailIdentifier'],
    'x-amzn-bedrock-guardrailversion': guardrail['guardrailVersion'],
    'x-amzn-bedrock-trace': typeof guardrail['trace'] === 'string' ? guardrail['trace'].toUpperCase() : undefined,
    'x-amzn-bedrock-performanceconfig-latency': objectOf(performanceConfig)['latency'],
    'x-amzn-bedrock-service-tier': objectOf(serviceTier)['type'] ?? (usualTiers.has(tier) ? undefined : tier),
  };
  const given = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return {
    ...request,
    origin: inRegion(request.origin, region),
    headers: { ...Object.fromEntries(given), ...request.headers },
  };
}

function objectOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}
