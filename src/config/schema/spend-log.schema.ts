/** The settings of the spend log: what is kept, for how long, and where it is copied to. */
import { z } from 'zod';
import { parseCron } from '../cron.js';
import { described, flag, text, wholeNumber } from './fields.js';

const duration = /^([1-9]\d{0,5})(s|m|h|d|w|mo)$/;
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, mo: 2_592_000 };

/** Milliseconds of what `lifetime()` lets pass. */
export function lifetimeMs(given: string): number {
  const [, amount = '', unit = ''] = duration.exec(given) ?? [];
  return Number(amount) * (seconds[unit] ?? Number.NaN) * 1_000;
}

function lifetime(): z.ZodType<string> {
  return text().refine(
    (given) => duration.test(given),
    'expected a whole number with a unit, such as `24h`, `30d`, `4w` or `6mo` (30 days each)',
  );
}

function isWebAddress(given: string): boolean {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return (url?.protocol === 'http:' || url?.protocol === 'https:') && url.username === '' && url.password === '';
}

const identifier = text().refine(
  (name) => /^[A-Za-z_]\w{0,63}$/.test(name),
  'expected a plain name, such as `spend_logs`',
);

/** What a statement may name by id, on either database. */
const mostBatchRows = 20_000;
const batchRows = wholeNumber(1).refine((rows) => rows <= mostBatchRows, `expected at most ${mostBatchRows}`);

const clickHouse = z.looseObject({
  url: described(text().refine(isWebAddress, 'expected `http://host:8123` or `https://...`, without a user in it'), {
    description: "The address of ClickHouse's HTTP interface.",
    example: 'https://clickhouse.internal:8443',
    startOnly: true,
  }),
  database: described(identifier.default('default'), { description: 'The database.', example: 'llm', startOnly: true }),
  table: described(identifier.default('tollgate_spend_logs'), {
    description: 'The table; docs/spend-reports.md has the statement that makes it.',
    example: 'tollgate_spend_logs',
    startOnly: true,
  }),
  user: described(text().default('default'), { description: 'The user.', example: 'tollgate', startOnly: true }),
  password: described(text().optional(), {
    description: "The user's password.",
    example: 'os.environ/CLICKHOUSE_PASSWORD',
    startOnly: true,
  }),
  batch_rows: described(batchRows.default(5_000), {
    description: `The most rows in one insert, up to ${mostBatchRows}.`,
    example: 5000,
    startOnly: true,
  }),
});

export const spendLogSettings = {
  store_prompts_in_spend_logs: described(flag().default(false), {
    description:
      'Requests and answers are kept beside the spend log, cut off at 256 KiB each, without what looks like a key.',
    example: true,
  }),
  disable_spend_logs: described(flag().default(false), {
    description: 'No rows are written to the spend log; sums by day and budgets go on.',
    example: true,
    startOnly: true,
  }),
  maximum_spend_logs_retention_period: described(lifetime().optional(), {
    description:
      'How long rows of the spend log are kept, with the requests and answers that belong to them; for ever without it. Sums by day stay.',
    example: '90d',
  }),
  maximum_spend_logs_retention_interval: described(lifetime().default('1d'), {
    description: 'How often rows whose time is over are looked for.',
    example: '1d',
  }),
  maximum_spend_logs_cleanup_cron: described(
    text()
      .refine((given) => parseCron(given) !== null, 'expected five fields as in crontab, such as `0 4 * * *` (UTC)')
      .optional(),
    {
      description: 'When rows whose time is over are looked for (UTC); it goes before the interval.',
      example: '0 4 * * *',
    },
  ),
  spend_logs_clickhouse: described(clickHouse.optional(), {
    description: 'A table in ClickHouse that every row of the spend log is copied to.',
    example: { url: 'https://clickhouse.internal:8443', password: 'os.environ/CLICKHOUSE_PASSWORD' },
    startOnly: true,
  }),
} as const;

export const clickHouseMembers: readonly string[] = Object.keys(clickHouse.shape);
