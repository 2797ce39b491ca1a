// What translating costs: one chat request of 2 KB and one stream chunk through each full adapter, in microseconds and bytes allocated.
// node --expose-gc --min-semi-space-size=256 --max-semi-space-size=256 bench/core.mjs [--check] [--update] [ADAPTER...]
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.join(import.meta.dirname, '..');
const load = (module) => import(pathToFileURL(path.join(root, 'dist/core', module)).href);
const { providerRegistry } = await load('providers/registry.js');
const { bodyOf, callOf, eventsOf, readFixtures } = await load('testing/provider-fixture.js');
const { openAiChatFormat } = await load('dialects/openai-chat/format.js');
const { EventStreamCodec } = await import('@smithy/eventstream-codec');
const { isFollowUp } = await load('spec/endpoint-adapter.js');

const baselineFile = path.join(import.meta.dirname, 'core-baseline.json');
const resultFile = path.join(root, '.cache/results/bench-core.json');
const options = new Set(process.argv.slice(2).filter((argument) => argument.startsWith('--')));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

/** Aims of the design, microseconds. */
const aims = { request: 20, chunk: 3 };
/** So much slower than the baseline, in multiples of the reference job, is a regression. Machines are noisy. */
const tolerance = 1.5;
const chunksPerStream = 200;

if (typeof gc !== 'function') {
  console.error('bench-core: run it by `make bench-core`, which lets it collect garbage.');
  process.exit(2);
}

/** A conversation of about 2 KB with two tools: what every adapter takes. */
const text = 'The quick brown fox jumps over the lazy dog while it thinks about the weather in Oslo. ';
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The current weather of a city',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'The name of the city' },
        unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
      },
      required: ['city'],
    },
  },
};
const time = {
  type: 'function',
  function: {
    name: 'get_time',
    description: 'The local time',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const body = {
  model: 'ours',
  messages: [
    { role: 'system', content: `You are brief. ${text}` },
    { role: 'user', content: text.repeat(6) },
    { role: 'assistant', content: text.repeat(5) },
    { role: 'user', content: `${text.repeat(3)}What now?` },
  ],
  tools: [weather, time],
  tool_choice: 'auto',
  temperature: 0.2,
  max_tokens: 500,
};
/** Without tools, for providers that have none. */
const { tools: _tools, tool_choice: _choice, ...plainBody } = body;
const bodyText = JSON.stringify(body);

const sink = { bytes: 0 };

/** Where the fixtures of an adapter are, for those that share a folder with another one. */
const places = {
  ollama: 'ollama/__fixtures__/generate',
  ollama_chat: 'ollama/__fixtures__/chat',
  sagemaker: 'sagemaker/__fixtures__/text',
  sagemaker_chat: 'sagemaker/__fixtures__/chat',
};
const folderOf = (id) => path.join(root, 'src/core/providers', places[id] ?? `${id.replaceAll('_', '-')}/__fixtures__`);

/** The plain ones first: they stand for the rest. */
function fixturesOf(id) {
  const folder = folderOf(id);
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  const plain = ['stream.json', 'text-stream.json', 'plain.json', 'text.json'];
  const rank = ({ name }) => (plain.includes(name) ? 0 : 1);
  const all = readFixtures(folder).map((fixture, index) => ({ name: names[index], fixture }));
  return all.sort((one, other) => rank(one) - rank(other)).map(({ fixture }) => fixture);
}

function quietly(run) {
  try {
    return run();
  } catch {
    return undefined;
  }
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

/** SageMaker's fixtures hold what the container streams; AWS puts it into frames. */
function framed(event) {
  const header = (value) => ({ type: 'string', value });
  const headers = { ':message-type': header('event'), ':event-type': header('PayloadPart') };
  return Buffer.from(codec.encode({ headers, body: event }));
}

/** A stream of many chunks: the first event of a recorded one that brings text, over and over. */
function longStream(provider, fixtures) {
  for (const fixture of fixtures) {
    if (!fixture.call.stream || fixture.expect.error || fixture.expect.next) continue;
    const call = callOf(fixture, provider);
    const events = provider.id.startsWith('sagemaker') ? eventsOf(fixture).map(framed) : eventsOf(fixture);
    const parser = provider.chat.createStreamParser(call);
    const at = events.findIndex((event) =>
      quietly(() => parser.push(event))?.some(
        ({ choices }) => typeof choices[0]?.delta.content === 'string' && choices[0].delta.content !== '',
      ),
    );
    if (at === -1) continue;
    const long = [
      ...events.slice(0, at),
      ...Array.from({ length: chunksPerStream }, () => events[at]),
      ...events.slice(at + 1),
    ];
    const run = () => {
      const fresh = provider.chat.createStreamParser(call);
      let count = 0;
      for (const event of long) {
        const chunks = fresh.push(event);
        count += chunks.length;
        sink.bytes += openAiChatFormat.part(chunks).length;
      }
      return count;
    };
    const count = quietly(run);
    if (count >= chunksPerStream) return { run, count };
  }
  return undefined;
}

/** A recorded stream as it is, for frames that cannot be repeated: each holds a part of a message. */
function shortStream(provider, fixtures) {
  for (const fixture of fixtures) {
    if (!fixture.call.stream || fixture.expect.error || fixture.expect.next) continue;
    const call = callOf(fixture, provider);
    const events = provider.id.startsWith('sagemaker') ? eventsOf(fixture).map(framed) : eventsOf(fixture);
    const run = () => {
      const parser = provider.chat.createStreamParser(call);
      let count = 0;
      for (const event of events) {
        const chunks = parser.push(event);
        count += chunks.length;
        sink.bytes += openAiChatFormat.part(chunks).length;
      }
      return count;
    };
    const count = quietly(run);
    if (count > 1) return { run, count };
  }
  return undefined;
}

function wholeAnswer(provider, fixtures) {
  for (const fixture of fixtures) {
    if (fixture.call.stream || fixture.expect.error || fixture.expect.next) continue;
    const call = callOf(fixture, provider);
    const response = { status: 200, headers: fixture.upstream.headers ?? {}, body: bodyOf(fixture) };
    const run = () => {
      const parsed = provider.chat.parseResponse(response, call);
      if (isFollowUp(parsed)) throw new Error('a follow-up');
      sink.bytes += openAiChatFormat.whole(parsed.completion).length;
    };
    if (quietly(() => (run(), true))) return run;
  }
  return undefined;
}

/** A request of its own for each provider: the fixture's model and address, the same conversation. */
function request(provider, fixtures) {
  const [first] = fixtures;
  if (!first) return undefined;
  const call = callOf(first, provider);
  for (const given of [body, plainBody]) {
    const parameters = { ...call.parameters, dropUnsupported: true };
    const run = () => {
      const { body: sent } = provider.chat.buildRequest({ ...call, body: given, stream: false, parameters });
      sink.bytes += sent.length;
    };
    if (quietly(() => (run(), true))) return run;
  }
  return undefined;
}

/** The median of several rounds, microseconds and bytes for one run. */
function measure(run, perRun = 1) {
  for (let count = 0; count < 2_000 / perRun; count += 1) run();
  const rounds = [];
  for (let round = 0; round < 9; round += 1) {
    const times = Math.max(5, Math.ceil(1_000 / perRun));
    gc();
    const heapBefore = process.memoryUsage().heapUsed;
    const began = process.hrtime.bigint();
    for (let count = 0; count < times; count += 1) run();
    const micros = Number(process.hrtime.bigint() - began) / 1_000;
    // The young generation is larger than what a round allocates, so nothing is collected meanwhile.
    const bytes = process.memoryUsage().heapUsed - heapBefore;
    rounds.push({ micros: micros / times / perRun, bytes: Math.max(0, bytes / times / perRun) });
  }
  const median = (values) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
  return {
    micros: median(rounds.map(({ micros }) => micros)),
    bytes: Math.round(median(rounds.map(({ bytes }) => bytes))),
  };
}

const referenceJob = () => {
  sink.bytes += JSON.stringify(JSON.parse(bodyText)).length;
};

const ids = providerRegistry.ids.filter(
  (id) => existsSync(folderOf(id)) && providerRegistry.find(id)?.chat && (wanted.length === 0 || wanted.includes(id)),
);

const reference = measure(referenceJob);
const results = {};
for (const id of ids) {
  const provider = providerRegistry.find(id);
  const fixtures = fixturesOf(id);
  const jobs = { request: [request(provider, fixtures), 1], answer: [wholeAnswer(provider, fixtures), 1] };
  const stream = longStream(provider, fixtures) ?? shortStream(provider, fixtures);
  if (stream) jobs.chunk = [stream.run, stream.count];
  results[id] = Object.fromEntries(
    Object.entries(jobs)
      .filter(([, [run]]) => run)
      .map(([name, [run, perRun]]) => [name, measure(run, perRun)]),
  );
}

const baseline = existsSync(baselineFile) ? JSON.parse(readFileSync(baselineFile, 'utf8')) : {};
const ratioOf = ({ micros }) => micros / reference.micros;
const regressions = [];
const cell = (cost, aim) =>
  cost
    ? `${cost.micros.toFixed(2).padStart(7)} us ${String(cost.bytes).padStart(7)} B${aim && cost.micros > aim ? ' !' : '  '}`
    : ''.padEnd(21);

console.log(
  `One request of ${bodyText.length} bytes, one whole answer, one chunk of a stream; ! is above the aim (${aims.request} us, ${aims.chunk} us).`,
);
console.log(`The reference job (that body through JSON.parse and JSON.stringify): ${cell(reference)}\n`);
console.log(`${'adapter'.padEnd(24)}${'request'.padEnd(24)}${'answer'.padEnd(24)}chunk`);
for (const [id, costs] of Object.entries(results)) {
  console.log(
    id.padEnd(24) +
      cell(costs.request, aims.request).padEnd(24) +
      cell(costs.answer).padEnd(24) +
      cell(costs.chunk, aims.chunk),
  );
  for (const [name, cost] of Object.entries(costs)) {
    const before = baseline[id]?.[name];
    if (before === undefined) continue;
    if (ratioOf(cost) > before.ratio * tolerance)
      regressions.push(`${id} ${name}: ${ratioOf(cost).toFixed(2)} times the reference job, ${before.ratio} before`);
    if (cost.bytes > before.bytes * tolerance + 200)
      regressions.push(`${id} ${name}: ${cost.bytes} bytes, ${before.bytes} before`);
  }
}

mkdirSync(path.dirname(resultFile), { recursive: true });
writeFileSync(resultFile, JSON.stringify({ reference, results }, null, 2));
if (options.has('--update')) {
  const kept = Object.entries(results).map(([id, costs]) => [
    id,
    Object.fromEntries(
      Object.entries(costs).map(([name, cost]) => [
        name,
        { ratio: Number(ratioOf(cost).toFixed(3)), bytes: cost.bytes },
      ]),
    ),
  ]);
  writeFileSync(baselineFile, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}
if (regressions.length > 0) {
  console.log(
    `\nSlower or larger than the baseline by more than half:\n${regressions.map((line) => `  ${line}`).join('\n')}`,
  );
  if (options.has('--check')) process.exitCode = 1;
}
