/** Eviction from the client cache never closes a client: its sources have no way to, read as syntax rather than run. */
import ts from 'typescript';
import { filesBelow, isShipped, readSource } from './source-files.js';

const closing = new Set(['close', 'destroy', 'terminate', 'disconnect', 'shutdown', 'quit', 'dispose']);
/** Where clients may be closed: at the application's shutdown. */
const shutdown = /^(onApplicationShutdown|close|closeAll|end)$/;
const evictionHooks = new Set(['dispose', 'disposeAfter', 'onInsert']);

const nameOf = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && (ts.isIdentifier(node) || ts.isStringLiteral(node)) ? node.text : undefined;

/** What is called: `close` in `x.close()`, `closers` in `this.closers.get(client)?.(client)`. */
function calledName(call: ts.CallExpression): string | undefined {
  const { expression } = call;
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  // What a look-up returned is called: in a client cache that can only be a closer.
  if (ts.isCallExpression(expression) || ts.isElementAccessExpression(expression)) return 'close';
  return undefined;
}

/** True for `(client) => client.close()` handed to getOrCreate: it says how to close, and closes nothing. */
function isCloserArgument(node: ts.Node): boolean {
  return (
    (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) &&
    ts.isCallExpression(node.parent) &&
    calledName(node.parent) === 'getOrCreate'
  );
}

/** The class member in which a node stands; nothing for module-level functions, which only define closers. */
function memberAround(node: ts.Node): string | undefined {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (isCloserArgument(at)) return undefined;
    if (ts.isClassElement(at)) return ts.isConstructorDeclaration(at) ? 'constructor' : (nameOf(at.name) ?? '?');
  }
  return undefined;
}

function breachesOf(file: string, source: string): string[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true);
  const breaches: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && closing.has(calledName(node) ?? '')) {
      const member = memberAround(node);
      if (member !== undefined && !shutdown.test(member))
        breaches.push(`${file}: ${member} calls ${node.expression.getText()}`);
    }
    if (ts.isNewExpression(node) && nameOf(node.expression) === 'LRUCache') {
      const options = node.arguments?.[0];
      if (options === undefined || !ts.isObjectLiteralExpression(options))
        breaches.push(`${file}: the options of LRUCache are not in sight`);
      else {
        for (const property of options.properties) {
          if (ts.isSpreadAssignment(property)) breaches.push(`${file}: the options of LRUCache are not in sight`);
          else if (evictionHooks.has(nameOf(property.name) ?? ''))
            breaches.push(`${file}: LRUCache has the hook ${nameOf(property.name)}`);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return breaches;
}

describe('the client cache', () => {
  it.each([
    ['a dispose hook', 'class C { c = new LRUCache({ max: 1, dispose: (client) => client.close() }); }'],
    ['a dispose hook given by name', 'const dispose = () => {}; const c = new LRUCache({ max: 1, dispose });'],
    ['options from elsewhere', 'const c = new LRUCache(options);'],
    ['a close in delete', 'class C { delete(key) { this.map.get(key).close(); } }'],
    ['a closer looked up and called in delete', 'class C { delete(key) { this.closers.get(key)?.(key); } }'],
    ['a deferred close', 'class C { evict(client) { setTimeout(() => client.destroy(), 60_000); } }'],
    ['a close in a finalizer', 'class C { r = new FinalizationRegistry((client) => client.close()); }'],
  ])('%s would be found', (_what, source) => {
    expect(breachesOf('fixture.ts', source)).not.toEqual([]);
  });

  it.each([
    ['closing at shutdown', 'class C { onApplicationShutdown() { return this.cache.close(); } }'],
    [
      'handing over a closer',
      "class C { pool() { return this.cache.getOrCreate('a', make, (pool) => pool.close()); } }",
    ],
    ['unlinking', 'class C { c = new LRUCache({ max: 1 }); delete(key) { return this.c.delete(key); } }'],
  ])('%s is let through', (_what, source) => {
    expect(breachesOf('fixture.ts', source)).toEqual([]);
  });

  it('closes nothing outside its shutdown', () => {
    const files = filesBelow('src/clients', 'src/core/client-cache').filter(isShipped);
    expect(files.filter((file) => readSource(file).includes('new LRUCache'))).not.toEqual([]);
    expect(files.flatMap((file) => breachesOf(file, readSource(file)))).toEqual([]);
  });
});
