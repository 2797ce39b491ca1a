import { GuardrailMistake } from '../../guardrail.js';
import { afterCheck, bestTimeOf, check, makeGuardrail } from '../testing/checking.js';
import { entityNames, EntityScanner } from './entity-scanner.js';
import { piiGuardrail } from './pii.js';

const all = new EntityScanner(entityNames.filter((name) => name !== 'URL'));
const found = (text: string, scanner = all): [string, string][] =>
  scanner.scan(text).map(({ start, end, entity }) => [entity, text.slice(start, end)]);

/** Entity, a valid one as it is written, and what announces it where it has to be announced. */
const valid: [string, string, string][] = [
  ['CREDIT_CARD', '4111111111111111', ''],
  ['CREDIT_CARD', '5555 5555 5555 4444', ''],
  ['CREDIT_CARD', '3782-822463-10005', ''],
  ['CREDIT_CARD', '6011-1111-1111-1117', ''],
  ['CREDIT_CARD', '30569309025904', ''],
  ['CREDIT_CARD', '4222222222222', ''],
  ['IBAN_CODE', 'DE89370400440532013000', ''],
  ['IBAN_CODE', 'GB82 WEST 1234 5698 7654 32', ''],
  ['IBAN_CODE', 'FR14 2004 1010 0505 0001 3M02 606', ''],
  ['IBAN_CODE', 'no93-8601-1117-947', ''],
  ['IN_AADHAAR', '2341 2341 2346', ''],
  ['IN_AADHAAR', '234123412346', 'Aadhaar: '],
  ['FR_NIR', '2 55 08 14 168 025 38', ''],
  ['FR_NIR', '255081416802538', ''],
  ['PL_PESEL', '44051401359', 'PESEL '],
  ['DE_TAX_ID', '86 095 742 719', ''],
  ['DE_TAX_ID', '47036892816', 'Steuer-ID: '],
  ['DE_SOCIAL_SECURITY', '15 070649 C 103', ''],
  ['BR_CPF', '529.982.247-25', ''],
  ['BR_CPF', '52998224725', 'cpf '],
  ['UK_NHS', '943 476 5919', ''],
  ['UK_NHS', '9434765919', 'NHS number '],
  ['AU_MEDICARE', '2123 45670 1', ''],
  ['AU_MEDICARE', '2123456701', 'medicare '],
  ['AU_TFN', '123 456 782', 'TFN '],
  ['CA_SIN', '130-692-544', ''],
  ['CA_SIN', '130692544', 'SIN: '],
  ['NL_BSN', '111222333', 'BSN '],
  ['ES_NIF', '12345678Z', ''],
  ['ES_NIE', 'X1234567L', ''],
  ['ES_NIE', 'X-1234567-L', ''],
  ['IT_FISCAL_CODE', 'RSSMRA85T10A562S', ''],
  ['CRYPTO', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', ''],
  ['CRYPTO', '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', ''],
  ['CRYPTO', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', ''],
  ['CRYPTO', 'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr', ''],
];

/** Without a check digit: their shape has to do. */
const validByShape: [string, string, string][] = [
  ['US_SSN', '536-90-4399', ''],
  ['US_SSN', '536904399', 'my social security number is '],
  ['US_ITIN', '912-70-1234', ''],
  ['UK_NINO', 'AB123456C', ''],
  ['UK_NINO', 'AB 12 34 56 C', ''],
  ['IN_PAN', 'ABCPE1234F', ''],
  ['EMAIL_ADDRESS', 'john.doe+tag@mail.example.co.uk', ''],
  ['EMAIL_ADDRESS', 'jörg@müller.de', ''],
  ['PHONE_NUMBER', '+49 30 1234567', ''],
  ['PHONE_NUMBER', '+1 (212) 555-0123', ''],
  ['PHONE_NUMBER', '(212) 555-0123', ''],
  ['PHONE_NUMBER', '212-555-0123', ''],
  ['PHONE_NUMBER', '030 1234 5678', ''],
  ['PHONE_NUMBER', '06 12 34 56 78', ''],
  ['PHONE_NUMBER', '0044 20 7946 0958', ''],
  ['PHONE_NUMBER', '5550123456', 'call me: '],
  ['IP_ADDRESS', '192.168.0.1', ''],
  ['IP_ADDRESS', 'fe80::1', ''],
  ['IP_ADDRESS', '2001:db8:85a3::8a2e:370:7334', ''],
  ['IP_ADDRESS', '::ffff:10.0.0.1', ''],
  ['MAC_ADDRESS', '00:1A:2b:3C:4d:5E', ''],
  ['MAC_ADDRESS', 'aa-bb-cc-dd-ee-ff', ''],
  ['CRYPTO', '0x742d35Cc6634C0532925a3b844Bc454e4438f44e', ''],
];

describe('entities', () => {
  it.each([...valid, ...validByShape])('%s: %s', (entity, text, before) => {
    const expected = [[entity, text]];
    expect(found(`${before}${text}`)).toEqual(expected);
    expect(found(`x, ${before}${text}.`)).toEqual(expected);
    expect(found(`(${before}${text}) and more`)).toEqual(expected);
  });

  /** Weak sums let some wrong digits through by design: none of these does for digits of the number itself. */
  it.each(valid)('%s: %s with any one digit wrong is none', (entity, text, before) => {
    const only = new EntityScanner([entity]);
    for (let at = 0; at < text.length; at++) {
      if (!/\d/.test(text.charAt(at))) continue;
      // A Medicare card's last digit is the number of its issue; a bank's or Bitcoin's prefix makes it another kind of thing.
      if (entity === 'AU_MEDICARE' && at === text.length - 1) continue;
      for (let digit = 0; digit < 10; digit++) {
        const wrong = text.slice(0, at) + String(digit) + text.slice(at + 1);
        if (wrong !== text) expect(found(before + wrong, only)).toEqual([]);
      }
    }
  });

  it.each([
    'In 2024 we sold 123456789 units for 1,234,567.89 EUR.',
    'Version 1.2.3 of 12.10.2023, build 20240131, at 12:30:45.',
    'std::vector<int> a::b x::y; foo: bar; https: no',
    'The order 4111111111111112 and id 3f2504e0-4f89-11d3-9a0c-0305e82c3301.',
    'user@localhost, @decorator, a@b, me@x.1',
    'Pages 100-200, ISBN 978-3-16-148410-0, 000-12-3456, 666-12-3456.',
    'abc4111111111111111def 999.1.1.1 1.2.3.4.5',
    'DE89370400440532013001, XX89370400440532013000',
    'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'dead:beef and face:b00k, add: 5, fee: 10',
  ])('nothing in: %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('are found in full-width and other scripts digits, at their places', () => {
    expect(found('Karte ４１１１　１１１１　１１１１　１１１１'.replaceAll('　', ' '))).toEqual([
      ['CREDIT_CARD', '４１１１ １１１１ １１１１ １１１１'],
    ]);
    expect(found('٤١١١١١١١١١١١١١١١ x')).toEqual([['CREDIT_CARD', '٤١١١١١١١١١١١١١١١']]);
    expect(found('ａ＠ｂ．ｄｅ')).toEqual([['EMAIL_ADDRESS', 'ａ＠ｂ．ｄｅ']]);
    expect(found('536‑90‑4399')).toEqual([['US_SSN', '536‑90‑4399']]);
  });

  it('that stand side by side are each found', () => {
    expect(found('536-90-4399 4111 1111 1111 1111 a@b.de,c@d.fr 10.0.0.1')).toEqual([
      ['US_SSN', '536-90-4399'],
      ['CREDIT_CARD', '4111 1111 1111 1111'],
      ['EMAIL_ADDRESS', 'a@b.de'],
      ['EMAIL_ADDRESS', 'c@d.fr'],
      ['IP_ADDRESS', '10.0.0.1'],
    ]);
  });

  it('links are found with what they hold', () => {
    expect(found('see https://example.com/a?b=c. Or www.example.org!', new EntityScanner(['URL']))).toEqual([
      ['URL', 'https://example.com/a?b=c'],
      ['URL', 'www.example.org'],
    ]);
  });
});

describe('the guardrail', () => {
  it('masks what it finds, and at the borders of a text', async () => {
    const guardrail = makeGuardrail(piiGuardrail);
    expect(await afterCheck(guardrail, 'a@b.de wrote to c@d.fr')).toBe('<EMAIL_ADDRESS> wrote to <EMAIL_ADDRESS>');
  });

  it('blocks by entity, without the text in its reason or findings', async () => {
    const guardrail = makeGuardrail(piiGuardrail, { pii_entities_config: { EMAIL_ADDRESS: 'mask', US_SSN: 'BLOCK' } });
    const verdict = await check(guardrail, 'a@b.de 536-90-4399');
    expect(verdict).toMatchObject({ action: 'block', reason: expect.stringContaining('US_SSN') });
    expect(JSON.stringify(verdict)).not.toMatch(/536|a@b/);
  });

  it('what is blocked is found although it is part of what is masked', async () => {
    const config = { URL: 'MASK', EMAIL_ADDRESS: 'BLOCK', PHONE_NUMBER: 'MASK', UK_NHS: 'BLOCK' };
    const guardrail = makeGuardrail(piiGuardrail, { pii_entities_config: config });
    expect((await check(guardrail, 'https://x.com/?m=a@b.de')).action).toBe('block');
    expect((await check(guardrail, '943 476 5919')).action).toBe('block');
  });

  it('the answer can have the originals back: one placeholder for each value, the same each time', async () => {
    const guardrail = makeGuardrail(piiGuardrail, { output_parse_pii: true });
    const texts = ['a@b.de and c@d.fr', 'again a@b.de, 10.0.0.1'];
    const verdict = await check(guardrail, texts);
    expect(verdict).toMatchObject({
      action: 'mask',
      texts: ['<EMAIL_ADDRESS_1> and <EMAIL_ADDRESS_2>', 'again <EMAIL_ADDRESS_1>, <IP_ADDRESS_1>'],
    });
    if (verdict.action !== 'mask') throw new Error('it was masked');
    expect(Object.fromEntries(verdict.originals!)).toEqual({
      '<EMAIL_ADDRESS_1>': 'a@b.de',
      '<EMAIL_ADDRESS_2>': 'c@d.fr',
      '<IP_ADDRESS_1>': '10.0.0.1',
    });
    expect(await check(guardrail, texts)).toEqual(verdict);
    expect(await check(guardrail, 'a@b.de', { direction: 'answer' })).toMatchObject({ texts: ['<EMAIL_ADDRESS>'] });
  });

  it('a placeholder that a user wrote stands for nothing', async () => {
    const guardrail = makeGuardrail(piiGuardrail, { output_parse_pii: true });
    const verdict = await check(guardrail, ['say <EMAIL_ADDRESS_1>', 'to a@b.de']);
    if (verdict.action !== 'mask') throw new Error('it was masked');
    expect([...verdict.originals!]).toEqual([['<EMAIL_ADDRESS_2>', 'a@b.de']]);
  });

  it('leaves JSON JSON, numbers included', async () => {
    const guardrail = makeGuardrail(piiGuardrail);
    const text = '{"to":"\\u0061@b.de\\n","card":4111111111111111,"n":-1.5e3,"a@b.de":["x\\"a@b.de"]}';
    const masked = await afterCheck(guardrail, { text, role: 'assistant', isJson: true });
    expect(JSON.parse(masked)).toEqual({
      to: '<EMAIL_ADDRESS>\n',
      card: '<CREDIT_CARD>',
      n: -1500,
      '<EMAIL_ADDRESS>': ['x"<EMAIL_ADDRESS>'],
    });
  });

  it('an address that a stream has only half of is not masked before it is known', async () => {
    const guardrail = makeGuardrail(piiGuardrail);
    const at = (text: string) => check(guardrail, text, { direction: 'answer', isComplete: false });
    expect((await at('to a@b.co')).action).toBe('pass');
    expect(await at('to a@b.com ')).toMatchObject({ texts: ['to <EMAIL_ADDRESS> '] });
  });

  it('an unknown entity is a mistake that names the known ones', () => {
    const make = () => makeGuardrail(piiGuardrail, { pii_entities_config: { PERSON: 'MASK' } });
    expect(make).toThrow(GuardrailMistake);
    expect(make).toThrow(/Known are: .*EMAIL_ADDRESS.*presidio/);
  });
});

describe('time', () => {
  const megabyte = 1_000_000;
  const of = (unit: string) => unit.repeat(Math.ceil(megabyte / unit.length)).slice(0, megabyte);

  it('of a hostile text is that of a benign one, times a constant', async () => {
    const guardrail = makeGuardrail(piiGuardrail, { output_parse_pii: true });
    const base = await bestTimeOf(
      () => check(guardrail, of('The quick brown fox jumps over the lazy dog 42 times. ')),
      3,
    );
    const units = [
      '1',
      '1 ',
      '12 ',
      '123-',
      '4111 ',
      'a@',
      '@',
      'a@b.',
      'a.',
      'a:',
      '::',
      ':1',
      'ab:',
      'AB12 ',
      '+1',
      '(1',
      '0x',
      'bc1q',
      '1A',
      'AB ',
      '１',
      'a@b.de ',
    ];
    for (const unit of units) {
      const time = await bestTimeOf(() => check(guardrail, of(unit)), 1);
      expect([unit, time < base * 60]).toEqual([unit, true]);
    }
  });
});
