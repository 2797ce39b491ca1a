import { GatewayError } from '../core/errors/gateway-error.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import { plainParameters } from '../core/spec/index.js';
import { toReport, type Finding } from './health-report.js';

const deployment = madeUpDeployment({
  credentials: { apiKey: 'sk-secret', awsSecretAccessKey: 'sk-secret' },
  parameters: {
    ...plainParameters,
    extraHeaders: { authorization: 'sk-secret' },
    provider: { aws_region_name: 'eu-west-1', aws_session_name: 'sk-secret' },
  },
  modelInfo: { mode: 'chat', notes: 'sk-secret' },
});
const findings: readonly Finding[] = [
  { state: 'healthy', deployment, headers: { 'x-ms-region': 'eu', 'set-cookie': 'sk-secret' } },
  { state: 'unhealthy', deployment, error: new GatewayError('upstream_overloaded', { detail: 'sk-secret' }) },
  { state: 'unchecked', deployment, reason: 'No.' },
];
const names = { model: 'acme/acme-model', model_id: 'deployment-1' };
const told = { ...names, custom_llm_provider: 'acme', mode: 'chat' };

describe('the report of health checks', () => {
  it('tells an administrator where the models lie', () => {
    const places = { api_base: 'https://api.acme.test/v1', aws_region_name: 'eu-west-1' };
    expect(toReport(findings, { details: true, showsAddresses: true })).toEqual({
      healthy_endpoints: [{ ...told, ...places, 'x-ms-region': 'eu' }],
      unhealthy_endpoints: [{ ...told, ...places, error: 'The provider is overloaded.', exception_status: 503 }],
      unchecked_endpoints: [{ ...told, ...places, reason: 'No.' }],
      healthy_count: 1,
      unhealthy_count: 1,
    });
  });

  it('tells others what is theirs to know', () => {
    const { healthy_endpoints: healthy } = toReport(findings, { details: true, showsAddresses: false });
    expect(healthy).toEqual([{ ...told, 'x-ms-region': 'eu' }]);
  });

  it('tells names alone where the operator wants no more', () => {
    const report = toReport(findings, { details: false, showsAddresses: true });
    expect([...report.healthy_endpoints, ...report.unhealthy_endpoints]).toEqual([names, names]);
  });

  it('has the shape that LiteLLM’s clients know where everything is checked', () => {
    expect(Object.keys(toReport([], { details: true, showsAddresses: true }))).toEqual([
      'healthy_endpoints',
      'unhealthy_endpoints',
      'healthy_count',
      'unhealthy_count',
    ]);
  });

  it.each([true, false])('holds no secret (addresses: %s)', (showsAddresses) => {
    expect(JSON.stringify(toReport(findings, { details: true, showsAddresses }))).not.toContain('sk-secret');
  });
});
