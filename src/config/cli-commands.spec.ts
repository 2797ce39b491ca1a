import { CliUsageError } from './cli-usage-error.js';
import { parseCliOptions } from './cli-options.js';

const parse = (line: string, environment = {}): unknown =>
  parseCliOptions(line.split(' '), environment, (path) => path === 'config.yaml');
const url = 'postgresql://u:p@db:5432/litellm';
const hash = 'a'.repeat(64);

it('audit verify takes the database from the configuration, or by its URL', () => {
  expect(parse('audit verify')).toEqual({
    command: 'audit-verify',
    database: { configPath: 'config.yaml' },
    from: 1n,
    expected: undefined,
  });
  expect(parse(`audit verify --database-url file:x.db --from 12 --expect 20:${hash.toUpperCase()}`)).toEqual({
    command: 'audit-verify',
    database: { url: 'file:x.db' },
    from: 12n,
    expected: { sequence: 20n, hash },
  });
});

it('import litellm takes the salt key from its flag, else from the environment as LiteLLM does', () => {
  const environment = { LITELLM_SALT_KEY: 'salt', LITELLM_MASTER_KEY: 'master' };
  const saltKey = (line: string, env = {}): unknown => (parse(line, env) as { saltKey: unknown }).saltKey;
  expect(parse(`import litellm --database-url ${url} --dry-run`)).toEqual({
    command: 'import-litellm',
    configPath: 'config.yaml',
    sourceUrl: url,
    saltKey: undefined,
    dryRun: true,
  });
  expect(saltKey(`import litellm --database_url ${url} --salt-key given`, environment)).toBe('given');
  expect(saltKey(`import litellm --database-url ${url}`, environment)).toBe('salt');
  expect(saltKey(`import litellm --database-url ${url}`, { LITELLM_MASTER_KEY: 'master' })).toBe('master');
});

it('both explain themselves', () => {
  expect(parse('audit verify --help')).toEqual({ command: 'help' });
  expect(parse('import -h')).toEqual({ command: 'help' });
});

it.each([
  ['audit', /Did you mean `audit verify`/],
  ['import openai', /Did you mean `import litellm`/],
  ['audit verify --fron 1', /Did you mean --from/],
  ['audit verify --from 0', /--from must be/],
  ['audit verify --from', /--from needs a value/],
  ['audit verify --expect 1:zz', /--expect must be/],
  ['audit verify now', /Unexpected argument `now`/],
  ['import litellm', /--database-url must name/],
  ['import litellm --database-url file:x.db', /--database-url must name/],
  [`import litellm --database-url ${url} --dry-run=yes`, /--dry-run takes no value/],
])('%s is refused with what to do', (line, message) => {
  expect(() => parse(line)).toThrow(CliUsageError);
  expect(() => parse(line)).toThrow(message);
});
