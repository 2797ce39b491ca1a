// Lint: typed rules of typescript-eslint, and the house's own (scripts/lint/house-rules.mjs). Formatting is prettier's; walls are dependency-cruiser's.
import tseslint from 'typescript-eslint';
import house from './scripts/lint/house-rules.mjs';

const tests = ['test/**/*.ts', 'enterprise/test/**/*.ts', '**/*.spec.ts'];

const noCodeFromText = { modules: ['vm'], because: 'code is not made from text.' };
const noProcesses = {
  modules: ['child_process'],
  because: 'the gateway starts no programs; workers come from node:cluster and node:worker_threads.',
};
const noDrivers = {
  modules: ['pg', 'better-sqlite3', 'sqlite'],
  because: 'the database is reached through Prisma; only the migrator runs files through the drivers.',
};

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      'node_modules/',
      '.toolchain/',
      '.venv/',
      '.cache/',
      '.tollgate/',
      'dashboard/',
      'src/database/generated/',
      'test/**/fixtures/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { house },
    rules: {
      // Types. Files with decorators are left out of consistent-type-imports by the rule itself: Nest reads injected classes from metadata.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Promises.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      // An async method without await is how a port's promise is kept by a synchronous answer.
      '@typescript-eslint/require-await': 'off',
      // Plain hazards.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
      '@typescript-eslint/no-implied-eval': 'error',
      'no-constructor-return': 'error',
      'no-restricted-globals': ['error', { name: 'require', message: 'Sources are ES modules.' }],
      // Size.
      'max-lines': ['error', { max: 600 }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/max-params': ['error', { max: 5 }],
      'max-depth': ['error', 4],
      // The house.
      'house/imports-at-the-top': 'error',
      'house/no-environment': 'error',
      'house/no-raw-sql': 'error',
      'house/one-transport': 'error',
      'house/closed-modules': ['error', [noCodeFromText, noProcesses, noDrivers]],
      'house/reason-to-disable': 'error',
    },
  },

  // Where each house rule does not hold, and nowhere else.
  {
    files: ['src/core/providers/registry.ts', 'src/app.module.ts', 'src/**/*.lazy.ts'],
    rules: { 'house/imports-at-the-top': 'off' },
  },
  {
    files: ['src/config/**/*.ts', 'src/core/secrets/**/*.ts', 'enterprise/**/*.ts', '*.config.ts'],
    rules: { 'house/no-environment': 'off' },
  },
  { files: ['src/core/transport/**/*.ts', 'src/clients/**/*.ts'], rules: { 'house/one-transport': 'off' } },
  { files: ['src/config/cli*.ts', 'src/main.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['src/database/migrator.ts'],
    rules: { 'house/no-raw-sql': 'off', 'house/closed-modules': ['error', [noCodeFromText, noProcesses]] },
  },

  // LiteLLM's tables are not the gateway's: Prisma has no models of them (docs/decisions/0010).
  {
    files: ['src/management/litellm-import/litellm-database.ts'],
    rules: { 'house/closed-modules': ['error', [noCodeFromText, noProcesses]] },
  },

  // Tests talk to processes and databases, read untyped answers and may be long; the house's way of writing holds for them too.
  {
    files: tests,
    rules: {
      'max-lines-per-function': 'off',
      // Crash and recovery tests print the figures that they saw.
      'no-console': 'off',
      'house/no-environment': 'off',
      'house/one-transport': 'off',
      'house/closed-modules': ['error', [noCodeFromText]],
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  // Tests that load what they find (every controller, a build) cannot name it at the top.
  { files: ['test/**/*.ts', 'enterprise/test/**/*.ts'], rules: { 'house/imports-at-the-top': 'off' } },

  // Scripts, benchmarks and configuration files: plain JavaScript without types.
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js', '*.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    plugins: { house },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'no-new-func': 'error',
      'house/reason-to-disable': 'error',
    },
  },
);
