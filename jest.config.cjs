// Tests run as CommonJS through SWC; packages that ship only as ES modules are transformed too.
const swc = {
  swcrc: false,
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2022',
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};
const transform = { '^.+\\.[cm]?[jt]s$': ['@swc/jest', swc] };
const esmOnly = [
  '@nestjs',
  'jose',
  'undici',
  'lru-cache',
  'fastify',
  '@fastify',
  'eventsource-parser',
  '@prisma',
  'gpt-tokenizer',
  'fast-check',
  'cookie',
  'pure-rand',
  'openai',
  'eld',
  're2js',
  '@secretlint',
];

module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/enterprise'].filter((dir) =>
    require('node:fs').existsSync(dir.replace('<rootDir>', __dirname)),
  ),
  testMatch: ['**/*.spec.ts'],
  // A guard against what hangs, and no measure of speed: many suites share the cores of a busy machine.
  testTimeout: 30_000,
  transform,
  moduleNameMapper: {
    // Exported for `import` only, which is what the product does.
    '^eld/small$': '<rootDir>/node_modules/eld/src/entries/static.small.js',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^#(src|enterprise)/(.*)\\.js$': '<rootDir>/$1/$2',
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};
