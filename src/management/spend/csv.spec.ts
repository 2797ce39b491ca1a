/** The attack: a customer names itself `=HYPERLINK(...)`, and the accountant opens the report in a spreadsheet. */
import { csvOf } from './csv.js';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\uFF1D1', '\n=cmd|x'])(
  '%j cannot become a formula',
  (text) => {
    const [, cell = ''] = csvOf([{ name: text }]).split(/\r\n(.*)/s);
    expect(cell.replace(/^"/, '')).toMatch(/^'/);
  },
);

test('numbers stay numbers, also below zero', () => {
  expect(csvOf([{ a: -0.5, b: 3n, c: true, d: null }])).toBe('a,b,c,d\r\n-0.5,3,true,\r\n');
});

test('quotes, commas and line breaks are kept', () => {
  expect(csvOf([{ a: 'x "y", z', b: 'l1\nl2' }])).toBe('a,b\r\n"x ""y"", z","l1\nl2"\r\n');
});

test('rows with other columns share one head; objects are JSON', () => {
  expect(csvOf([{ a: 1 }, { b: { c: 1 } }])).toBe('a,b\r\n1,\r\n,"{""c"":1}"\r\n');
});

test('no rows are an empty file', () => {
  expect(csvOf([])).toBe('\r\n');
});
