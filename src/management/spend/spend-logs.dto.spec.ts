import { GatewayError } from '../../core/errors/gateway-error.js';
import { keyHash } from '../../auth/key-hash.js';
import { checkedBy } from '../../http/json-body.js';
import { spendLogsPageQuerySchema, spendLogsQuerySchema } from './spend-logs.dto.js';

test('a day as end_date is meant whole, a time is meant exactly, and without a zone it is UTC', () => {
  const read = (end_date: string): string | undefined =>
    checkedBy(spendLogsQuerySchema, { end_date }).end_date?.toISOString();
  expect(read('2026-01-31')).toBe('2026-01-31T23:59:59.999Z');
  expect(read('2026-01-31 10:00:00')).toBe('2026-01-31T10:00:00.000Z');
  expect(read('2026-01-31T10:00:00+02:00')).toBe('2026-01-31T08:00:00.000Z');
  expect(checkedBy(spendLogsQuerySchema, { start_date: '2026-01-31' }).start_date?.toISOString()).toBe(
    '2026-01-31T00:00:00.000Z',
  );
});

test('a key may be given in clear or as its hash', () => {
  const hash = keyHash('sk-something');
  expect(checkedBy(spendLogsQuerySchema, { api_key: 'sk-something' }).api_key).toBe(hash);
  expect(checkedBy(spendLogsQuerySchema, { api_key: hash }).api_key).toBe(hash);
});

test('pages begin at 1 with 50 rows, amounts are exact', () => {
  expect(checkedBy(spendLogsPageQuerySchema, { min_spend: '0.1' })).toMatchObject({
    page: 1,
    page_size: 50,
    min_spend: 100_000_000n,
  });
});

test.each([
  ['start_date', '2026-02-30'],
  ['start_date', 'yesterday'],
  ['end_date', '2026-01-01T25:00:00'],
  ['end_date', "2026-01-01' OR 1=1"],
  ['page', '0'],
  ['page', '1.5'],
  ['page_size', '1001'],
  ['min_spend', 'NaN'],
  ['max_spend', '-1'],
  ['max_spend', '1e999'],
  ['status_filter', 'ok'],
  ['cache_hit_filter', 'True'],
  ['sort_by', 'request_id'],
  ['sort_order', 'up'],
  ['cursor', 'bm90aGluZw'],
  ['format', 'xml'],
  ['user_id', ['a', 'b']],
])('%s=%j is refused with 400, and the answer names the field', (field, value) => {
  const check = (): unknown => checkedBy(spendLogsPageQuerySchema, { [field]: value });
  expect(check).toThrow(GatewayError);
  expect(check).toThrow(
    expect.objectContaining({ status: 400, param: field, message: expect.stringContaining(`\`${field}\``) }),
  );
});
