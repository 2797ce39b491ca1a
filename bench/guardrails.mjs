// What each built-in guardrail costs: nanoseconds for each KB of a request's text, of 4 KB and of 64 KB.
// node bench/guardrails.mjs [--check] [ID...]; with --check it fails where the content filter and `pii` together take 1 ms for 4 KB.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.join(import.meta.dirname, '..');
const load = (module) => import(pathToFileURL(path.join(root, 'dist', module)).href);
const { builtInGuardrails } = await load('guardrails/built-in/index.js');
const isCheck = process.argv.includes('--check');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

/** Ordinary text with some of what is looked for. */
const prose = [
  'Could you help me to plan the release of our new billing service? The team meets on Tuesday at 10:30 in room 4.12, ',
  'and we expect about 1,250 customers to migrate in the first week. Contact jane.doe@example.com or +49 30 1234567 if the ',
  'dashboard at https://status.example.com/incidents/42 shows more than 3 % errors. Version 2.14.0 adds retries, timeouts and ',
  'a queue; "apollo" is its code name, so please keep that to yourself. Der Dienst läuft in Berlin — und die Übersicht folgt später. ',
].join('');
const textOf = (bytes) => prose.repeat(Math.ceil(bytes / prose.length)).slice(0, bytes);
const words = Array.from({ length: 1000 }, (_, at) => ({ keyword: `codename${at.toString(36)}`, action: 'MASK' }));

/** A configuration as an operator has it. */
const parameters = {
  litellm_content_filter: {
    blocked_words: [...words, { keyword: 'apollo', action: 'MASK' }],
    categories: ['harmful_self_harm', 'harmful_violence', 'harmful_illegal_weapons'].map((category) => ({ category })),
    patterns: [
      { pattern_type: 'regex', pattern: '\\b[A-Z]{3}-\\d{4}\\b', name: 'employee_id', action: 'MASK' },
      { pattern_type: 'prebuilt', pattern_name: 'aws_access_key', action: 'BLOCK' },
    ],
  },
  pii: { output_parse_pii: true },
  json_schema: { schema: { type: 'object' } },
  tool_permission: { default_action: 'allow', rules: [{ id: 'a', tool_name: '^rm$', decision: 'deny' }] },
  max_length: { max_request_chars: 10_000_000, max_request_tokens: 10_000_000 },
  language: { allowed_languages: ['en', 'de'] },
};

const surroundings = {
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  http: { send: () => Promise.reject(new Error('nobody is called')) },
  models: {},
  deploymentsOf: () => [],
};
const context = { requestId: 'bench', extraBody: {}, tags: [], signal: new AbortController().signal };

/** The median of rounds, each long enough to be measured. */
async function nanosecondsOf(run) {
  for (let at = 0; at < 50; at++) await run();
  const rounds = [];
  for (let round = 0; round < 15; round++) {
    let runs = 0;
    const began = performance.now();
    while (performance.now() - began < 30) {
      await run();
      runs++;
    }
    rounds.push(((performance.now() - began) / runs) * 1e6);
  }
  return rounds.sort((a, b) => a - b)[7];
}

const sizes = [4096, 65_536];
const together = new Set(['litellm_content_filter', 'pii']);
let sum = 0;
console.log(
  `guardrail                    ${sizes.map((size) => `${size / 1024} KB: µs   ns/KB`.padStart(20)).join('')}`,
);
for (const type of builtInGuardrails) {
  if (type.id === 'content_filter' || (wanted.length > 0 && !wanted.includes(type.id))) continue;
  const guardrail = type.create(type.parameters.parse(parameters[type.id] ?? {}), surroundings);
  const cells = [];
  for (const size of sizes) {
    const direction = type.id === 'json_schema' ? 'answer' : 'request';
    const text = type.id === 'json_schema' ? JSON.stringify({ text: textOf(size) }) : textOf(size);
    const content = {
      direction,
      texts: [{ text, role: 'user' }],
      tools: ['search'],
      toolCalls: [],
      isComplete: true,
    };
    const ns = await nanosecondsOf(() => guardrail.check(content, context));
    if (size === 4096 && together.has(type.id)) sum += ns;
    cells.push(
      `${(ns / 1000).toFixed(1).padStart(10)}${Math.round(ns / (size / 1024))
        .toString()
        .padStart(10)}`,
    );
  }
  console.log(`${type.id.padEnd(29)}${cells.join('')}`);
}
if (wanted.length === 0) {
  console.log(`content filter and pii together, 4 KB: ${(sum / 1000).toFixed(0)} µs (aim: under 1,000 µs)`);
  if (isCheck && sum >= 1e6) process.exit(1);
}
