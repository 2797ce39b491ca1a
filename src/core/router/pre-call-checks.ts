/** Leaves out the deployments that cannot serve a request, before one of them is chosen. */
import { GatewayError } from '../errors/gateway-error.js';
import { findBaseModelFacts, findModelFacts } from '../pricing/price-table.js';
import type { Deployment } from '../spec/deployment.js';
import type { DeploymentState } from './deployment-state.js';

/** What the checks must know of a request; read only where they are switched on. */
export interface RequestFacts {
  /** Estimated. */
  readonly promptTokens: number;
  /** The members of the body that are parameters of the model. */
  readonly params: readonly string[];
  /** Only deployments there may serve it: `eu`, `us`, or a provider's own name. */
  readonly region?: string | undefined;
}

/**
 * Those that can take the request.
 *
 * @throws GatewayError `context_window_exceeded` where the prompt is too long for each of them, `no_deployment` where none is in
 * the region
 */
export function fitDeployments(
  deployments: readonly Deployment[],
  modelGroup: string,
  facts: RequestFacts,
): readonly Deployment[] {
  const { region } = facts;
  const there = region === undefined ? deployments : deploymentsIn(deployments, region);
  if (there.length === 0) throw new GatewayError('no_deployment', { facts: { model: modelGroup } });
  const wide = there.filter((one) => (maxInputTokensOf(one) ?? Infinity) >= facts.promptTokens);
  if (wide.length === 0) throw new GatewayError('context_window_exceeded');
  const able = wide.filter((one) => supports(one, facts.params));
  // With none left, the provider itself says what it does not support.
  return able.length === 0 ? wide : able;
}

function maxInputTokensOf({ provider, model, baseModel, routing }: Deployment): number | undefined {
  if (routing?.maxInputTokens !== undefined) return routing.maxInputTokens;
  const facts =
    baseModel === undefined ? findModelFacts(provider.id, model) : findBaseModelFacts(provider.id, baseModel);
  return facts?.maxInputTokens;
}

function supports({ provider, model, parameters }: Deployment, params: readonly string[]): boolean {
  const { chat } = provider;
  if (!chat || chat.passesUnknownParams || parameters.dropUnsupported) return true;
  const supported = chat.supportedParams(model);
  return params.every((param) => supported.has(param) || parameters.alsoAllowed.includes(param));
}

/** Those whose region is this one. */
export function deploymentsIn(deployments: readonly Deployment[], region: string): readonly Deployment[] {
  return deployments.filter((one) => isIn(one, region));
}

/** `eu` stands for every region of the continent, as providers name them. */
function isIn({ routing, parameters }: Deployment, region: string): boolean {
  const { aws_region_name: aws, vertex_location: vertex } = parameters.provider;
  const own = routing?.region ?? [aws, vertex].find((value) => typeof value === 'string');
  if (typeof own !== 'string') return false;
  const [there, wanted] = [own.toLowerCase(), region.toLowerCase()];
  return there === wanted || there.startsWith(`${wanted}-`) || (wanted === 'eu' && there.startsWith('europe-'));
}

/** Milliseconds until the deployment is within its `rpm` and `tpm` again; 0 where it is now. */
export function overLimitMs({ rpm, tpm }: Deployment, { requests, tokens }: DeploymentState, now: number): number {
  const overRequests = rpm !== undefined && requests.total(now) >= rpm ? requests.msUntilLess(now) : 0;
  const overTokens = tpm !== undefined && tokens.total(now) >= tpm ? tokens.msUntilLess(now) : 0;
  return Math.max(overRequests, overTokens);
}
