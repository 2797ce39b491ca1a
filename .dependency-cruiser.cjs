// The walls between the rooms: who may import whom. One rule for each row of the table in ARCHITECTURE.md; test/architecture/walls.spec.ts proves that each bites.

const { dependencies, peerDependencies } = require('./src/core/package.json');

/** What core may import from the registry: its own package.json says it. */
const corePackages = Object.keys({ ...dependencies, ...peerDependencies });

/** A test may import what it tests; everything else stands behind the walls. */
const tests = '\\.spec\\.ts$';
const rooms = [
  'core',
  'config',
  'database',
  'vault',
  'observability',
  'http',
  'clients',
  'redis',
  'catalog',
  'caching',
  'spend',
  'auth',
  'limits',
  'objects',
  'guardrails',
  'gateway',
  'passthrough',
  'management',
  'health',
];

/** The files of `room` import themselves and the rooms of `allowed`, nothing else of src or enterprise. */
const wall = (room, allowed) => ({
  name: `${room}-wall`,
  comment: `${room} may import ${allowed.join(', ')} and itself.`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: tests },
  to: { path: '^(src|enterprise)/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
});

const contract = '^src/core/(spec|schema|errors)/';
const decoders = '^src/core/transport/[a-z-]+-decoder\\.ts$';

/** A part of core that sees the contract and the folders of `allowed`. */
const coreWall = (part, allowed = []) => ({
  name: `core-${part}-wall`,
  comment: `core/${part} may import ${['spec', 'schema', 'errors', ...allowed].join(', ')} and itself; never a provider: the registry is handed in.`,
  severity: 'error',
  from: { path: `^src/core/${part}/`, pathNot: tests },
  to: { path: '^(src|enterprise)/', pathNot: [contract, `^src/core/(${[part, ...allowed].join('|')})/`] },
});

/** Providers that speak another one's dialect and may build on it. */
const kin = {
  azure: ['azure', 'openai', 'anthropic', 'cohere'],
  vertex: ['gemini', 'anthropic'],
  bedrock: ['anthropic'],
  sagemaker: ['bedrock'],
};
/** What every provider may build on. */
const engines = 'openai-compatible|token-exchange';
const kinFolders = `^src/core/providers/(${Object.keys(kin).join('|')})[^/]*/`;

const kinWall = ([provider, relatives]) => ({
  name: `core-provider-${provider}-wall`,
  comment: `core/providers/${provider} may import its kin (${relatives.join(', ')}) beside what every provider may.`,
  severity: 'error',
  from: { path: `^src/core/providers/(${provider}[^/]*)/`, pathNot: tests },
  to: {
    path: '^(src|enterprise)/',
    pathNot: [contract, decoders, `^src/core/providers/($1|${engines}|${relatives.join('|')})/`],
  },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'No import cycles at all, types included: each file can be read and tested on top of those it imports.',
      severity: 'error',
      from: { pathNot: '^src/database/generated/' },
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'Every import leads to a file or an installed package.',
      severity: 'error',
      from: { pathNot: '^src/database/generated/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'known-rooms',
      comment: 'A new folder under src is a new room: give it a wall here first.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${rooms.join('|')})/` },
      to: {},
    },
    {
      name: 'core-contract-wall',
      comment: 'core/spec, schema and errors import each other and nothing else, packages and Node included.',
      severity: 'error',
      from: { path: contract, pathNot: tests },
      to: { pathNot: contract },
    },
    {
      name: 'core-provider-wall',
      comment:
        'A provider may import the contract, the OpenAI-compatible engine, the token exchange and the stream decoders; never another provider.',
      severity: 'error',
      from: { path: '^src/core/providers/([^/]+)/', pathNot: [tests, kinFolders] },
      to: { path: '^(src|enterprise)/', pathNot: [contract, decoders, `^src/core/providers/($1|${engines})/`] },
    },
    ...Object.entries(kin).map(kinWall),
    {
      name: 'core-registry-wall',
      comment: 'Files beside the provider folders (the registry) may import the contract and every provider.',
      severity: 'error',
      from: { path: '^src/core/providers/[^/]+$', pathNot: tests },
      to: { path: '^(src|enterprise)/', pathNot: [contract, '^src/core/providers/'] },
    },
    coreWall('router', ['pricing', 'tokens']),
    coreWall('transport'),
    coreWall('dialects'),
    {
      name: 'core-wall',
      comment: 'core is a library of its own: it may import core.',
      severity: 'error',
      from: { path: '^src/core/', pathNot: tests },
      to: { path: '^(src/(?!core/)|enterprise/|test/|scripts/|bench/)' },
    },
    {
      name: 'core-packages',
      comment:
        'core runs without Nest, Fastify, Prisma or rxjs. The packages that it may use stand in its own package.json.',
      severity: 'error',
      from: { path: '^src/core/', pathNot: tests },
      to: {
        path: 'node_modules/',
        pathNot: `node_modules/(${[...corePackages, '@types/node', 'undici-types'].join('|')})/`,
      },
    },
    wall('config', ['core']),
    wall('database', ['core', 'config']),
    // Secrets at rest: envelopes and their keys.
    wall('vault', ['core', 'config', 'database']),
    wall('observability', ['core', 'config']),
    // The edge of the HTTP server (bodies, request checks, the error filter): the rooms that serve routes read bodies with it.
    wall('http', ['core', 'config', 'observability']),
    wall('clients', ['core', 'config', 'observability']),
    wall('redis', ['core', 'config', 'observability']),
    wall('catalog', ['core', 'config', 'database', 'vault', 'observability']),
    // Its connections to Redis are made as those of the Redis room are.
    wall('caching', ['core', 'config', 'clients', 'redis', 'observability']),
    wall('spend', ['core', 'config', 'database', 'clients', 'observability']),
    ...['auth', 'limits', 'objects'].map((room) =>
      wall(room, ['core', 'config', 'catalog', 'database', 'caching', 'clients', 'spend', 'observability']),
    ),
    wall('guardrails', ['core', 'config', 'catalog', 'clients', 'observability']),
    ...['gateway', 'passthrough'].map((room) =>
      wall(room, [
        'core',
        'auth',
        'limits',
        'guardrails',
        'spend',
        'objects',
        'clients',
        'catalog',
        'caching',
        'config',
        'observability',
        'http',
      ]),
    ),
    wall('management', [
      'core',
      'auth',
      'limits',
      'spend',
      'database',
      'vault',
      'catalog',
      'caching',
      'config',
      'clients',
      'http',
    ]),
    wall(
      'health',
      rooms.filter((room) => room !== 'management' && room !== 'health'),
    ),
    {
      name: 'enterprise-door',
      comment: 'enterprise may import any room, and only app.module.ts imports it.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/app\\.module\\.ts$', tests] },
      to: { path: '^enterprise/' },
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'What ships imports no test, script or benchmark.',
      severity: 'error',
      from: { path: '^(src|enterprise)/', pathNot: [tests, '^enterprise/test/'] },
      to: { path: ['^(test|scripts|bench|enterprise/test)/', tests] },
    },
  ],
  options: {
    // Types count: a room that needs another's type depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: ['node_modules', '^src/database/generated/'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
