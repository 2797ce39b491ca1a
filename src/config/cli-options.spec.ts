import { CliUsageError, parseCliOptions } from './cli-options.js';

describe('parseCliOptions', () => {
  const parse = (line: string, environment: Record<string, string> = {}, files: readonly string[] = []) =>
    parseCliOptions(line.split(' ').filter(Boolean), environment, (path) => files.includes(path));

  it('reads every flag, in both of its forms', () => {
    expect(parse('--config c.yaml --port=8080 --host 127.0.0.1 --num-workers 3')).toEqual({
      command: 'serve',
      configPath: 'c.yaml',
      port: 8080,
      host: '127.0.0.1',
      numWorkers: 3,
    });
  });

  it('takes the spelling with underscores that LiteLLM has', () => {
    expect(parse('--config c.yaml --num_workers 2')).toMatchObject({ numWorkers: 2 });
  });

  it('has defaults, and takes them from the environment first', () => {
    expect(parse('--config c')).toMatchObject({ port: 4000, host: '0.0.0.0', numWorkers: 1 });
    expect(parse('--config c', { PORT: '81', HOST: '::1', NUM_WORKERS: '4' })).toMatchObject({
      port: 81,
      host: '::1',
      numWorkers: 4,
    });
  });

  it('finds the configuration: the flag, then the environment, then config.yaml', () => {
    const environment = { CONFIG_FILE_PATH: 'env.yaml' };
    expect(parse('--check --config flag.yaml', environment, ['config.yaml'])).toEqual({
      command: 'check',
      configPath: 'flag.yaml',
    });
    expect(parse('--check', environment, ['config.yaml'])).toMatchObject({ configPath: 'env.yaml' });
    expect(parse('--check', {}, ['config.yaml'])).toMatchObject({ configPath: 'config.yaml' });
    expect(() => parse('--check')).toThrow(/no config\.yaml in this folder.*--config/s);
  });

  it('knows the command that rotates the encryption key, where it comes first', () => {
    expect(parse('rotate-encryption-key --config flag.yaml')).toEqual({
      command: 'rotate-encryption-key',
      configPath: 'flag.yaml',
    });
    expect(() => parse('--config flag.yaml rotate-encryption-key')).toThrow(/Unexpected argument/);
  });

  it('asks for no configuration where it only prints', () => {
    expect(parse('--help')).toEqual({ command: 'help' });
    expect(parse('--version')).toEqual({ command: 'version' });
  });

  it.each([
    ['--confg c.yaml', 'Unknown flag --confg. Did you mean --config?'],
    ['--frobnicate', 'Unknown flag --frobnicate. See --help.'],
    ['c.yaml', 'Unexpected argument `c.yaml`. Name the file with --config.'],
    ['--config', '--config needs a value.'],
    ['--config --check', '--config needs a value.'],
    ['--config c --port abc', '--port must be a whole number from 0 to 65535.'],
    ['--config c --port 70000', '--port must be a whole number from 0 to 65535.'],
    ['--config c --port -1', '--port'],
    ['--config c --num-workers 0', '--num-workers must be a whole number from 1 to 1024.'],
    ['--config c --check=yes', '--check takes no value.'],
  ])('refuses %s', (line, message) => {
    expect(() => parse(line)).toThrow(CliUsageError);
    expect(() => parse(line)).toThrow(message);
  });

  it('names the variable where that is at fault', () => {
    expect(() => parse('--config c', { PORT: 'x' })).toThrow('PORT must be a whole number');
  });
});
