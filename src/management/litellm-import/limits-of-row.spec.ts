/** The danger: a limit of LiteLLM's that is read as none would let its owner spend without end. */
import { limitsOf, spentNanosOf } from './limits-of-row.js';
import { LiteLLMRow } from './litellm-row.js';
import { NotImportable } from './not-importable.js';

const row = (columns: object): LiteLLMRow => new LiteLLMRow({ ...columns });

it('a row without limits has none', () => {
  expect(limitsOf(row({ max_budget: null, model_max_budget: {}, metadata: '{}' }))).toEqual({ rates: {} });
});

it('a limit of zero is one', () => {
  expect(limitsOf(row({ max_budget: 0, rpm_limit: '0' }))).toEqual({ maxNanos: 0n, rates: { rpm: 0 } });
});

it('budgets by model are read in each of the forms that versions write', () => {
  const forms = {
    a: { max_budget: 1, budget_duration: '1d' },
    b: { budget_limit: '0.5', time_period: '30d' },
    c: 2,
  };
  const expected = {
    a: { maxNanos: 1_000_000_000n, duration: '1d' },
    b: { maxNanos: 500_000_000n, duration: '30d' },
    c: { maxNanos: 2_000_000_000n, duration: null },
  };
  expect(limitsOf(row({ model_max_budget: forms })).modelBudgets).toEqual(expected);
  expect(limitsOf(row({ model_max_budget: JSON.stringify(forms) })).modelBudgets).toEqual(expected);
});

it('limits in the metadata count', () => {
  const metadata = {
    model_rpm_limit: { m: 5 },
    rpm_limit_type: 'dynamic',
    temp_budget_increase: 3,
    temp_budget_expiry: '2099-01-01T00:00:00Z',
  };
  expect(limitsOf(row({ metadata }))).toEqual({
    increase: { nanos: 3_000_000_000n, until: new Date('2099-01-01T00:00:00Z') },
    rates: { modelRpm: { m: 5 }, rpmType: 'dynamic' },
  });
});

it.each([
  { max_budget: -1 },
  { max_budget: Infinity },
  { max_budget: NaN },
  { max_budget: 'much' },
  { soft_budget: 1e12 },
  { budget_duration: 'monthly' },
  { rpm_limit: 1.5 },
  { tpm_limit: '-3' },
  { model_max_budget: { m: {} } },
  { model_max_budget: { m: { max_budget: 1, budget_duration: 'x' } } },
  { budget_limits: [{ max_budget: 1 }] },
  { budget_limits: [1, 2].map((max_budget) => ({ budget_duration: '1d', max_budget })) },
  { metadata: { model_tpm_limit: { m: 'many' } } },
])('%j is refused, and not read as no limit', (columns) => {
  expect(() => limitsOf(row(columns))).toThrow(NotImportable);
});

it('what was spent is exact to the nano-dollar, and never less than nothing', () => {
  expect(spentNanosOf(row({ spend: 1.23456789 }))).toBe(1_234_567_890n);
  expect(spentNanosOf(row({ spend: -0.5 }))).toBe(0n);
  expect(spentNanosOf(row({}))).toBe(0n);
});
