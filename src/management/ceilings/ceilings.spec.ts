/** A grant fits below its ceiling in models, money and throughput, or is refused by the field that does not. */
import { type GatewayError } from '../../core/errors/gateway-error.js';
import { checkWithin, findExcess, modelsOutside, type CeilingRule } from './ceilings.js';

const usd = (amount: number): string => String(amount * 1e9);

it.each<[models: string[], ceiling: string[], rule: CeilingRule, outside: string[]]>([
  [['gpt-4o'], [], 'within', []],
  [['gpt-4o'], ['all-proxy-models'], 'within', []],
  [['gpt-4o', 'claude'], ['gpt-4o'], 'within', ['claude']],
  [['openai/gpt-4o'], ['openai/*'], 'within', []],
  [['openai/*'], ['openai/gpt-4o'], 'within', ['openai/*']],
  [['*'], ['openai/*'], 'within', ['*']],
  [['all-proxy-models'], ['gpt-4o'], 'within', ['all-proxy-models']],
  [['no-default-models'], ['gpt-4o'], 'within', []],
  [[], ['gpt-4o'], 'within', []],
  [[], ['gpt-4o'], 'kept', ['all models']],
  [[], [], 'kept', []],
])('of %j, below %j (%s), %j is too much', (models, ceiling, rule, outside) => {
  expect(modelsOutside(models, ceiling, rule)).toEqual(outside);
});

it.each([
  [{ max_budget: usd(100) }, { max_budget: usd(100) }, null],
  [{ max_budget: usd(101) }, { max_budget: usd(100) }, 'max_budget'],
  [{ max_budget: usd(90), temp_budget_increase: usd(11) }, { max_budget: usd(100) }, 'max_budget'],
  [{ max_budget: usd(1_000) }, {}, null],
  [{ rpm_limit: 11 }, { rpm_limit: 10 }, 'rpm_limit'],
  [{ tpm_limit: 11 }, { tpm_limit: 10 }, 'tpm_limit'],
  [{ tpd_limit: 11 }, { tpd_limit: 10 }, 'tpd_limit'],
  [{ max_parallel_requests: 2 }, { max_parallel_requests: 1 }, 'max_parallel_requests'],
  [{ model_rpm_limit: { a: 5 } }, { model_rpm_limit: { a: 4 } }, 'model_rpm_limit'],
  [{ model_tpm_limit: { b: 5 } }, { model_tpm_limit: { a: 4 } }, null],
  [{}, { max_budget: usd(1), rpm_limit: 1 }, null],
])('%j below %j goes over in %s', (limits, ceiling, field) => {
  expect(findExcess(limits, ceiling)?.field ?? null).toBe(field);
});

it.each([
  [{}, { max_budget: usd(1) }, 'max_budget'],
  [{}, { rpm_limit: 1 }, 'rpm_limit'],
  [{ model_rpm_limit: {} }, { model_rpm_limit: { a: 1 } }, 'model_rpm_limit'],
  [{ rpm_limit: 0 }, { rpm_limit: 1 }, null],
])('an own limit stays or falls: %j after %j fails in %s', (limits, ceiling, field) => {
  expect(findExcess(limits, ceiling, 'kept')?.field ?? null).toBe(field);
});

it('says what was asked for and what is the most', () => {
  const ceiling = { of: 'the organization', models: ['a'], limits: { max_budget: usd(10) } };
  const asking = (granted: Parameters<typeof checkWithin>[0]) => {
    try {
      checkWithin(granted, ceiling);
    } catch (error) {
      return error as GatewayError;
    }
    return null;
  };
  expect(asking({ models: ['a'], limits: { max_budget: usd(10) } })).toBeNull();
  expect(asking({})).toBeNull();
  expect(asking({ models: ['b'] })).toMatchObject({ status: 400, param: 'models' });
  const money = asking({ models: [], limits: { max_budget: usd(12.5) } });
  expect(money).toMatchObject({ code: 'invalid_request', param: 'max_budget' });
  expect(money?.message).toBe('`max_budget` is 12.5 USD, and the organization has 10 USD. Ask for no more than that.');
});
