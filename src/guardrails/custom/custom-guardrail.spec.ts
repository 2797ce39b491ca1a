import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayError } from '../../core/errors/gateway-error.js';
import {
  GuardrailMistake,
  type GuardedContent,
  type GuardrailContext,
  type GuardrailMode,
  type GuardrailSurroundings,
} from '../guardrail.js';
import { customGuardrail } from './custom-guardrail.js';

let folder: string;
let files = 0;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tollgate-custom-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const surroundings = { marker: 'surroundings' } as unknown as GuardrailSurroundings;
const content: GuardedContent = {
  direction: 'request',
  texts: [{ text: 'hello bob', role: 'user' }],
  tools: [],
  toolCalls: [],
  isComplete: true,
};
const context = { signal: new AbortController().signal } as GuardrailContext;

function write(source: string, extension = 'cjs'): string {
  const file = join(folder, `own-${(files += 1)}.${extension}`);
  writeFileSync(file, source);
  return file;
}

const make = (module_file: string, parameters: Record<string, unknown> = {}) =>
  customGuardrail.create(customGuardrail.parameters.parse({ module_file, parameters }), surroundings);

const mistakeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof GuardrailMistake) return `${error.path}: ${error.message}`;
    throw error;
  }
  return 'none';
};

it('a class that has LiteLLM’s hooks alone looks by them, at those of the mode', async () => {
  const file = write(`
    exports.Hooks = class {
      async async_pre_call_hook(caller, cache, data) { return 'before: ' + data.messages.length; }
      async async_moderation_hook() { throw new Error('beside'); }
    };`);
  const guardrail = make(`${file}#Hooks`);
  const look = (mode: GuardrailMode) => guardrail.check(content, { ...context, tags: [], mode });
  expect(await look('pre_call')).toMatchObject({ action: 'block', reason: 'before: 1' });
  expect(await look('during_call')).toMatchObject({ action: 'block', reason: 'beside' });
});

it('a class of a file looks at requests, with its parameters', async () => {
  const file = write(`
    exports.NoNames = class {
      stream = { by: 'window', holdBackChars: 5 };
      constructor({ names }, surroundings) { this.names = names; this.surroundings = surroundings; }
      async check({ texts }) {
        const found = this.names.find((name) => texts.some(({ text }) => text.includes(name)));
        if (this.surroundings.marker !== 'surroundings') throw new Error('no surroundings');
        return found ? { action: 'block', reason: 'it names ' + found, findings: [{ kind: 'name', count: 1 }] } : { action: 'pass' };
      }
    };`);
  const guardrail = make(`${file}#NoNames`, { names: ['bob'] });
  expect(guardrail.stream).toEqual({ by: 'window', holdBackChars: 5 });
  expect(await guardrail.check(content, context)).toEqual({
    action: 'block',
    reason: 'it names bob',
    findings: [{ kind: 'name', count: 1 }],
  });
});

it('without a name it is what the module exports', async () => {
  const guardrail = make(write(`module.exports = class { check() { return { action: 'pass' }; } };`));
  expect(guardrail.stream).toEqual({ by: 'answer' });
  expect(await guardrail.check(content, context)).toEqual({ action: 'pass' });
});

it.each<[string, () => string, string]>([
  ['Python', () => 'custom_guardrail.myGuardrail', 'is no JavaScript module'],
  ['no such file', () => '/nowhere/own.mjs', 'there is no /nowhere/own.mjs'],
  ['no such class', () => `${write('exports.A = class {};')}#B`, 'has no class `B`'],
  ['a syntax error', () => write('class {'), 'cannot be loaded'],
  ['a module that throws', () => write('throw new Error("boom")'), 'cannot be loaded (boom)'],
  ['no method', () => write('module.exports = class {};'), 'has neither a method `check(content, context)` nor a hook'],
  [
    'a stream that is none',
    () => write('module.exports = class { stream = { by: "day" }; check() {} };'),
    'the `stream` of its class',
  ],
])('%s is found when it is made', (_, file, message) => {
  expect(mistakeOf(() => make(file()))).toMatch(new RegExp(`^module_file: .*${message.replace(/[()\\`]/g, '\\$&')}`));
});

it('parameters that its class refuses are a mistake there', () => {
  const file = write(
    'module.exports = class { constructor({ names }) { if (!names) throw new Error("names are needed"); } check() {} };',
  );
  expect(mistakeOf(() => make(file))).toBe('parameters: are refused by its class: names are needed');
});

it.each([
  ['throws', 'throw new Error("bug")', 'bug'],
  ['returns nothing', 'return', 'no verdict'],
  ['returns what is no verdict', 'return { action: "allow" }', 'no verdict'],
  ['masks another number of texts', 'return { action: "mask", texts: [] }', 'another number of texts'],
])('one that %s has not looked: its request does not pass for that', async (_, body, detail) => {
  const guardrail = make(write(`module.exports = class { check() { ${body}; } };`));
  const failure = await Promise.resolve(guardrail.check(content, context)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(GatewayError);
  expect(failure).toMatchObject({ code: 'guardrail_unavailable', detail: expect.stringContaining(detail) as string });
  // Nothing of it is told to clients.
  expect((failure as GatewayError).message).not.toContain(detail);
});
