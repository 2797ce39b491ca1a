/** GET /health and POST /health/test_connection: do the models answer, and would this one? */
import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audience } from '../auth/audience.decorator.js';
import type { Principal } from '../auth/principal.js';
import { principalOf } from '../auth/principal-of.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { PROVIDER_REGISTRY } from '../catalog/provider-registry.token.js';
import { buildTrial } from '../catalog/trial-deployment.js';
import { SettingsService } from '../config/settings.service.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Deployment, ProviderRegistry } from '../core/spec/index.js';
import { JsonBody } from '../http/json-body.js';
import { BackgroundChecksService } from './background-checks.service.js';
import { deploymentsIn } from './checked-deployments.js';
import { accountOf, HealthChecksService, serviceAccount } from './health-checks.service.js';
import { toEntry, toReport, type EndpointEntry, type Finding, type HealthReport } from './health-report.js';

const members = z.record(z.string(), z.unknown());
const testSchema = z.object({
  litellm_params: members.refine(({ model }) => typeof model === 'string' && model !== '', {
    error: 'expected a `model`, such as "openai/gpt-4o"',
  }),
  model_info: members.nullish(),
  mode: z.string().nullish(),
  request_data: members.nullish(),
});
type TestBody = z.output<typeof testSchema>;

@Controller('health')
export class ModelHealthController {
  constructor(
    private readonly checks: HealthChecksService,
    private readonly background: BackgroundChecksService,
    private readonly catalog: CatalogService,
    private readonly settings: SettingsService,
    @Inject(PROVIDER_REGISTRY) private readonly registry: ProviderRegistry,
  ) {}

  /** A key sees and pays for the models that it may use; what an administrator asks for is the gateway's own. */
  @Get()
  @Audience('own_info')
  async report(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('model') model?: unknown,
    @Query('model_id') modelId?: unknown,
  ): Promise<HealthReport> {
    const principal = principalOf(request);
    const scope = { model: nameOf('model', model), modelId: nameOf('model_id', modelId) };
    const deployments = deploymentsIn(this.catalog.current().ofTeam(principal.teamId), principal, scope);
    const isAdmin = principal.role === 'proxy_admin';
    const isScoped = scope.model !== undefined || scope.modelId !== undefined;
    const findings = await this.findings(deployments, principal, isScoped);
    const { showsDetails: details } = this.settings.general.healthChecks;
    const report = toReport(findings, { details, showsAddresses: isAdmin });
    // What cannot be checked has not been found to be ill.
    if (isScoped && report.healthy_count === 0 && !report.unchecked_endpoints) reply.status(503);
    return report;
  }

  /** A model that is configured is asked as it is; any other is built from the body alone. */
  @Post('test_connection')
  @Audience('management')
  @HttpCode(200)
  async test(
    @Req() request: FastifyRequest,
    @JsonBody(testSchema) { litellm_params: given, model_info: info, mode: named, request_data: data }: TestBody,
  ): Promise<{ status: 'success' | 'error'; result: EndpointEntry }> {
    const { mode: within, ...params } = given;
    const mode = named ?? (typeof within === 'string' ? within : undefined);
    const deployment = this.configured(params) ?? this.trial(params, info ?? {});
    const asked = { ...(mode && { mode }), ...(data && { params: data }) };
    const finding = await this.checks.checkAs(deployment, asked, accountOf(principalOf(request)));
    const result = toEntry(asFailure(finding), { details: true, showsAddresses: true });
    return { status: finding.state === 'healthy' ? 'success' : 'error', result };
  }

  /** The background's where there are some. What it leaves out is asked only where it is asked for by name. */
  private async findings(
    deployments: readonly Deployment[],
    principal: Principal,
    isScoped: boolean,
  ): Promise<readonly Finding[]> {
    const account = principal.role === 'proxy_admin' ? serviceAccount : accountOf(principal);
    const latest = await this.background.latest();
    if (!latest) return this.checks.check(deployments, account);
    const byId = new Map(latest.map((finding) => [finding.deployment.id, finding]));
    const known = deployments.flatMap(({ id }) => byId.get(id) ?? []);
    const unknown = deployments.filter(({ id }) => !byId.has(id));
    return isScoped ? [...known, ...(await this.checks.check(unknown, account))] : known;
  }

  /** Whatever stands beside the name describes another deployment, to which nothing of a configured one is given. */
  private configured(params: TestBody['litellm_params']): Deployment | undefined {
    if (Object.keys(params).length > 1) return undefined;
    const name = String(params['model']);
    const catalog = this.catalog.current();
    return (
      catalog.find(name)?.deployments[0] ??
      catalog
        .models()
        .flatMap(({ deployments }) => deployments)
        .find(({ provider, model }) => `${provider.id}/${model}` === name)
    );
  }

  private trial(params: TestBody['litellm_params'], info: Readonly<Record<string, unknown>>): Deployment {
    const entry = { model_name: 'test_connection', litellm_params: params, model_info: info };
    const { deployment, problems } = buildTrial(entry, this.settings.current(), this.registry);
    if (deployment) return deployment;
    const reason = `The model cannot be tried: ${problems.join(' ') || 'its provider is not named'}`;
    throw new GatewayError('invalid_request', { param: 'litellm_params', facts: { reason } });
  }
}

function nameOf(param: string, value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` may stand there once.` } });
}

/** Whoever tests a connection wants to know why nothing was asked. */
function asFailure(finding: Finding): Finding {
  if (finding.state !== 'unchecked') return finding;
  const error = new GatewayError('invalid_request', { facts: { reason: finding.reason } });
  return { state: 'unhealthy', deployment: finding.deployment, error };
}
