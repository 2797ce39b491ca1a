// The house's own eslint rules: what a file may reach for beside its imports. Each is proven in test/architecture/house-rules.spec.ts.

/** Reports `import()` and `require`, and imports below other statements: what a file needs stands at its top. */
const importsAtTheTop = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      lazy: 'Imports stand at the top of a file; import() belongs in core/providers/registry.ts, app.module.ts or a *.lazy.ts file.',
      late: 'Imports stand at the top of a file, before any other statement.',
    },
  },
  create: (context) => ({
    ImportExpression: (node) => context.report({ node, messageId: 'lazy' }),
    TSImportEqualsDeclaration: (node) => context.report({ node, messageId: 'lazy' }),
    'CallExpression[callee.name=/^(require|createRequire)$/]': (node) => context.report({ node, messageId: 'lazy' }),
    'CallExpression[callee.property.name=/^(createRequire|getBuiltinModule)$/]': (node) =>
      context.report({ node, messageId: 'lazy' }),
    Program(program) {
      const first = program.body.findIndex(
        (statement) => statement.type !== 'ImportDeclaration' && statement.directive === undefined,
      );
      if (first === -1) return;
      for (const node of program.body.slice(first)) {
        if (node.type === 'ImportDeclaration') context.report({ node, messageId: 'late' });
      }
    },
  }),
};

const nameOf = (node) => (node.type === 'Identifier' ? node.name : node.type === 'Literal' ? node.value : undefined);

/** Reports every way to read the environment: process.env, destructuring, and the import of `env`. */
const noEnvironment = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { env: 'The environment is read in src/config and src/core/secrets only; take the value from there.' },
  },
  create: (context) => ({
    MemberExpression(node) {
      const isProcess =
        nameOf(node.object) === 'process' ||
        (node.object.type === 'MemberExpression' && nameOf(node.object.property) === 'process');
      if (isProcess && nameOf(node.property) === 'env') context.report({ node, messageId: 'env' });
    },
    'VariableDeclarator[init.name="process"] > ObjectPattern > Property[key.name="env"]': (node) =>
      context.report({ node, messageId: 'env' }),
    'ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name="env"]': (node) =>
      context.report({ node, messageId: 'env' }),
  }),
};

const rawMethods = new Set(['$queryRaw', '$queryRawUnsafe', '$queryRawTyped', '$executeRaw', '$executeRawUnsafe']);
const sqlBuilders = new Set(['sql', 'raw', 'join', 'empty']);

/** Reports Prisma's raw queries and the parts to build them from. */
const noRawSql = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      raw: 'No raw SQL: use Prisma model methods (findMany, upsert, updateMany, ...), which work alike on both databases.',
    },
  },
  create: (context) => ({
    Identifier(node) {
      if (rawMethods.has(node.name)) context.report({ node, messageId: 'raw' });
    },
    Literal(node) {
      if (rawMethods.has(node.value)) context.report({ node, messageId: 'raw' });
    },
    MemberExpression(node) {
      if (nameOf(node.object) === 'Prisma' && sqlBuilders.has(nameOf(node.property)))
        context.report({ node, messageId: 'raw' });
    },
  }),
};

const networkGlobals = new Set(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']);
const networkModules = /^(undici|axios|got|(node:)?https?|(node:)?http2)$/;
/** What may be imported from those modules anywhere: servers, and constants. */
const harmless = new Set(['createServer', 'Server', 'ServerResponse', 'STATUS_CODES', 'METHODS']);

/** Reports outbound HTTP past the one transport: the global fetch and the clients of undici and node:http. */
const oneTransport = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      network:
        'Outbound HTTP goes through core/transport and the client cache, where addresses are checked; {{name}} goes past them.',
    },
  },
  create(context) {
    const report = (node, name) => context.report({ node, messageId: 'network', data: { name } });
    return {
      'Program:exit'(program) {
        const scope = context.sourceCode.getScope(program);
        const global = scope.upper ?? scope;
        const declared = global.variables
          .filter(({ name, defs }) => networkGlobals.has(name) && defs.length === 0)
          .flatMap(({ references }) => references);
        const undeclared = global.through.filter(({ identifier }) => networkGlobals.has(identifier.name));
        for (const { identifier, isTypeReference } of new Set([...declared, ...undeclared])) {
          if (!isTypeReference) report(identifier, identifier.name);
        }
      },
      MemberExpression(node) {
        if (nameOf(node.object) === 'globalThis' && networkGlobals.has(nameOf(node.property)))
          report(node, nameOf(node.property));
      },
      ImportDeclaration(node) {
        if (!networkModules.test(node.source.value) || node.importKind === 'type') return;
        for (const specifier of node.specifiers) {
          const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : node.source.value;
          if (specifier.importKind !== 'type' && !harmless.has(name)) report(specifier, name);
        }
      },
    };
  },
};

/** Reports imports of the modules that the options name: [{ modules: ['vm'], because: '...' }]. */
const closedModules = {
  meta: {
    type: 'problem',
    schema: [{ type: 'array', items: { type: 'object' } }],
    messages: { closed: '{{name}} may not be imported here: {{because}}' },
  },
  create: (context) => ({
    ImportDeclaration(node) {
      const name = node.source.value.replace(/^node:/, '');
      const entry = context.options[0].find(({ modules }) => modules.includes(name));
      if (entry !== undefined) context.report({ node, messageId: 'closed', data: { name, because: entry.because } });
    },
  }),
};

/** Reports `eslint-disable` without `-- the reason`. */
const reasonToDisable = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { reason: 'Say why the rule does not hold here: // eslint-disable-next-line rule -- the reason' },
  },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (/^\s*eslint-disable/.test(comment.value) && !/ -- \S/.test(comment.value)) {
          context.report({ loc: comment.loc, messageId: 'reason' });
        }
      }
    },
  }),
};

export default {
  meta: { name: 'house' },
  rules: {
    'imports-at-the-top': importsAtTheTop,
    'no-environment': noEnvironment,
    'no-raw-sql': noRawSql,
    'one-transport': oneTransport,
    'closed-modules': closedModules,
    'reason-to-disable': reasonToDisable,
  },
};
