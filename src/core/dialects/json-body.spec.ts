/** The JSON door: hostile bodies are refused by name, and the scan of the bytes sees what a walk over the parsed value would. */
import fc from 'fast-check';
import { GatewayError } from '../errors/gateway-error.js';
import { maxJsonDepth, readJsonBody, type JsonBody } from './json-body.js';

const read = (text: string): JsonBody => readJsonBody(Buffer.from(text));

function refusal(bytes: string | Buffer): GatewayError {
  try {
    readJsonBody(Buffer.from(bytes as string));
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('The body was taken.');
}

const nested = (depth: number, open: string, close: string): string =>
  `{"a":${open.repeat(depth - 1)}1${close.repeat(depth - 1)}}`;

describe('what is no JSON object in UTF-8', () => {
  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a list', '[{"model":"m"}]'],
    ['a string', '"{}"'],
    ['a number', '1'],
    ['null', 'null'],
    ['a byte order mark', '\uFEFF{}'],
    ['two objects', '{}{}'],
    ['a torn object', '{"a":'],
    ['a torn string', '{"a":"b'],
    ['a string that ends in a backslash', '{"a":"b\\'],
    ['a string of quotes and backslashes', `{"a":"${'\\'.repeat(9)}"}`],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{"a":1/**/}'],
    ['single quotes', "{'a':1}"],
    ['NaN', '{"a":NaN}'],
    ['a raw control character', '{"a":"\u0001"}'],
    ['more closings than openings', '}}}}{"a":1}'],
    ['a bad escape in a name', '{"\\x61pi_key":1}'],
    ['binary', '\u0000\u0001'],
  ])('is refused: %s', (_what, text) => {
    expect(refusal(text)).toMatchObject({ code: 'invalid_json', status: 400 });
  });

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
    ['a torn sequence', [0xe2, 0x82]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [0xe9]],
  ])('is refused: %s in a string', (_what, bytes) => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(refusal(body)).toMatchObject({ code: 'invalid_json' });
    expect(refusal(body).message).toContain('UTF-8');
  });

  it('is refused as UTF-16', () => {
    expect(refusal(Buffer.from('{"a":1}', 'utf16le')).code).toBe('invalid_json');
  });

  it('is never quoted back', () => {
    for (const text of ['{"api_key":"hush-hush" oops', 'hush-hush', '{"a":hush-hush}']) {
      expect(refusal(text).message).not.toContain('hush');
    }
  });
});

describe('depth', () => {
  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('is taken up to the bound and refused beyond it: %s', (_what, open, close) => {
    expect(read(nested(maxJsonDepth, open, close)).value).toHaveProperty('a');
    expect(refusal(nested(maxJsonDepth + 1, open, close))).toMatchObject({ code: 'json_too_deep', status: 400 });
    expect(refusal(nested(100_000, open, close))).toMatchObject({ code: 'json_too_deep', status: 400 });
    expect(refusal(open.repeat(1_000_000)).status).toBe(400);
  });

  it('is not made by brackets within strings, nor by many neighbours', () => {
    const brackets = '[{'.repeat(1_000);
    expect(read(JSON.stringify({ a: brackets, [brackets]: `\\"${brackets}` })).value['a']).toBe(brackets);
    expect(read(JSON.stringify({ a: Array.from({ length: 1_000 }, () => [[{}]]) })).value).toHaveProperty('a');
  });
});

describe('__proto__', () => {
  it.each([
    ['at the top', '{"__proto__":{"admin":true}}'],
    ['deep below', '{"a":[{"b":{"__proto__":1}}]}'],
    ['within the caller’s data', '{"messages":[{"__proto__":1}]}'],
    ['with an escaped letter', '{"__\\u0070roto__":1}'],
    ['with escaped underscores', '{"\\u005f\\u005fproto\\u005f\\u005f":1}'],
    ['before blanks', '{"__proto__" \t\r\n :1}'],
    ['beside an honest one', '{"a":1,"__proto__":null,"b":2}'],
  ])('is refused as a name %s', (_where, text) => {
    expect(refusal(text)).toMatchObject({ code: 'invalid_request', status: 400 });
    expect(refusal(text).message).toContain('__proto__');
  });

  it('is only a word as a value', () => {
    expect(read('{"a":"__proto__","b":["__proto__"],"c":"\\"__proto__\\":1"}').reservedMembers).toEqual([]);
  });
});

describe('names of addresses and credentials', () => {
  it.each([
    ['api_base', '{"api_base":"http://x"}'],
    ['base_url', '{"base_url":"http://x"}'],
    ['api_key', '{"api_key":null}'],
    ['user_config', '{"user_config":{}}'],
    ['aws_access_key_id', '{"a":{"aws_access_key_id":"x"}}'],
    ['vertex_credentials', '{"a":[[{"vertex_credentials":1}]]}'],
    ['azure_ad_token', '{"metadata":{"a":{"azure_ad_token":1}}}'],
    ['aws_', '{"aws_":1}'],
    ['api_key', '{"\\u0061pi_key":1}'],
    ['api_key', '{"api\\u005fkey":1}'],
    ['azure_x"', '{"azure_x\\"":1}'],
    ['api_key', '{"messages":[{}],"extra_body":{"api_key":1}}'],
    ['api_key', '{"tools":[],"api_key":1}'],
    ['api_key', '{"api_key" \n:1}'],
    ['aws_é', '{"aws_é":1}'],
  ])('are reported: %s in %s', (name, text) => {
    expect(read(text).reservedMembers).toEqual([name]);
  });

  it('are reported though a later duplicate hides them', () => {
    expect(read('{"a":{"api_key":"x"},"a":1}').reservedMembers).toEqual(['api_key']);
    expect(read('{"api_base":"x","api_base":"y"}').reservedMembers).toEqual(['api_base', 'api_base']);
    expect(read('{"messages":[],"messages":[{"api_key":1}],"b":{"api_key":1}}').reservedMembers).toEqual(['api_key']);
  });

  it.each(['messages', 'tools', 'functions', 'response_format', 'input', 'contents'])(
    'are the caller’s own data within %s at the top, and nowhere else',
    (member) => {
      const data = '[{"api_key":{"aws_x":[{"api_base":1}]}}]';
      expect(read(`{"${member}":${data}}`).reservedMembers).toEqual([]);
      expect(read(`{"a":{"${member}":${data}}}`).reservedMembers).toEqual(['api_key', 'aws_x', 'api_base']);
      expect(read(`{"${member}":${data},"b":{"api_key":1}}`).reservedMembers).toEqual(['api_key']);
    },
  );

  it.each([
    '"api_key"',
    '"the api_key: x"',
    '"\\"api_key\\":1"',
    '["api_key","aws_x"]',
    '{"my_api_key":1}',
    '{"Api_Key":1}',
    '{"aws":1}',
    '{"user":1}',
  ])('are not seen where there are none: %s', (value) => {
    expect(read(`{"a":${value}}`).reservedMembers).toEqual([]);
  });
});

describe('the scan', () => {
  const reserved = /^(?:api_base|base_url|api_key|user_config|(?:aws|vertex|azure)_.*)$/s;
  const data = new Set(['messages', 'tools', 'functions', 'response_format', 'input', 'contents']);

  interface Verdict {
    depth: number;
    polluting: boolean;
    readonly reserved: string[];
  }

  /** The same question, asked of the parsed value. */
  function walk(value: unknown, depth: number, inData: boolean, verdict: Verdict): Verdict {
    if (typeof value !== 'object' || value === null) return verdict;
    verdict.depth = Math.max(verdict.depth, depth);
    const isList = Array.isArray(value);
    for (const [name, member] of Object.entries(value)) {
      const within = inData || (depth === 1 && !isList && data.has(name));
      if (!isList && name === '__proto__') verdict.polluting = true;
      else if (!isList && !within && reserved.test(name)) verdict.reserved.push(name);
      walk(member, depth + 1, within, verdict);
    }
    return verdict;
  }

  const names = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('api_key', 'api_base', 'base_url', 'user_config', 'aws_x', 'vertex_é', 'azure_"', 'aws_🦄') }, // prettier-ignore
    { weight: 3, arbitrary: fc.constantFrom('messages', 'tools', 'input', 'metadata', 'a', '', '\\', '"', 'b"') },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor') },
    { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"api_key":1', '\\', '\\"', '{[', '__proto__'));
  const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(texts, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.tuple(names, tie('value')), { maxLength: 4 }).map(objectOf),
    ),
  }));

  /** Keeps `__proto__` as a member like any other, as JSON.parse does. */
  function objectOf(members: readonly (readonly [string, unknown])[]): object {
    const object = {};
    for (const [name, value] of members) {
      Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    }
    return object;
  }

  /** Writes any character but those of the caller's data members as an escape, and blanks wherever they may stand. */
  function disguise(json: string, choose: () => boolean): string {
    return json.replace(/"(?:[^"\\]|\\.)*"|[[\]{}:,]/g, (token) => {
      if (!token.startsWith('"')) return choose() ? `${token} \n\t` : token;
      if (data.has(token.slice(1, -1))) return token;
      return token.replace(/\\u[\da-f]{4}|\\.|[^"\\]/gsu, (unit) =>
        unit.length === 1 && choose() ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}` : unit,
      );
    });
  }

  it('comes to the verdict of a walk over the parsed value, however the JSON is written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(names, values), { maxLength: 5 }).map(objectOf),
        fc.infiniteStream(fc.boolean()),
        (value, choices) => {
          const text = disguise(JSON.stringify(value), () => choices.next().value === true);
          const parsed = JSON.parse(text) as object;
          const expected = walk(parsed, 1, false, { depth: 1, polluting: false, reserved: [] });
          if (expected.polluting) {
            expect(refusal(text).message).toContain('__proto__');
          } else {
            const { value: got, reservedMembers } = read(text);
            expect(got).toEqual(parsed);
            expect([...reservedMembers].sort()).toEqual([...expected.reserved].sort());
          }
        },
      ),
      { numRuns: 2_000, seed: 11 },
    );
  });

  it('ends on any bytes at all, with a value or a typed error', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ':',
      ',',
      ' ',
      'a',
      '1',
      'api_key',
      '"api_key":',
      '\u00e9',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (given) => {
        const text = given.join('');
        let parses = true;
        try {
          const value: unknown = JSON.parse(text);
          parses = typeof value === 'object' && value !== null && !Array.isArray(value);
        } catch {
          parses = false;
        }
        if (parses) expect(read(text).value).toEqual(JSON.parse(text));
        else expect(refusal(text).code).toBe('invalid_json');
      }),
      { numRuns: 2_000, seed: 12 },
    );
  });
});

describe('strings', () => {
  it('may be very long, and hold any character', () => {
    const long = 'é"\\'.repeat(1_000_000);
    expect(read(JSON.stringify({ long })).value['long']).toBe(long);
  });

  it('keep lone surrogates that were escaped, which are JSON, if not text', () => {
    expect(read('{"a":"\\ud800"}').value).toEqual({ a: '\ud800' });
  });

  it('full of quotes and backslashes take time in proportion to their length', () => {
    // The shortest of several runs: a busy machine makes single ones longer.
    const time = (length: number): number => {
      const body = Buffer.from(`{"a":"${'\\\\\\"'.repeat(length)}"}`);
      const runs = Array.from({ length: 7 }, () => {
        const started = performance.now();
        readJsonBody(body);
        return performance.now() - started;
      });
      return Math.min(...runs);
    };
    time(10_000);
    // Sixteen times as long would take 256 times as long if it were quadratic.
    expect(time(320_000)).toBeLessThan(100 * Math.max(1, time(20_000)));
  });

  it('take the last of duplicate members, as every parser does', () => {
    expect(read('{"a":1,"a":2}').value).toEqual({ a: 2 });
  });
});
