/** Which betas reach a host of Claude. */
import { plainParameters } from '../../spec/parameters.js';
import { betasOf, cloudBetas } from './betas.js';

const betaHere = cloudBetas(['one-2025-01-01', 'two-2025-01-01']);
const search = { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' };

function call(asked: string | undefined, own?: string, body: Readonly<Record<string, unknown>> = {}) {
  return {
    body,
    model: 'claude',
    parameters: { ...plainParameters, extraHeaders: own === undefined ? undefined : { 'anthropic-beta': own } },
    ...(asked !== undefined && { clientHeaders: { 'anthropic-beta': asked } }),
  };
}

it('are all, each once, where the host is Anthropic or takes the same', () => {
  expect(betasOf(call('a, b,,a', 'b,c'), {})).toEqual(['a', 'b', 'c']);
  expect(betasOf(call(undefined), {})).toEqual([]);
});

it('are those of the client that a cloud knows, and all of the deployment', () => {
  const asked = 'claude-code-20250219,two-2025-01-01,tool-search-tool-2025-10-19';
  expect(betasOf(call(asked, 'new-2027-01-01'), { betaHere })).toEqual([
    'two-2025-01-01',
    'tool-search-tool-2025-10-19',
    'new-2027-01-01',
  ]);
});

it.each([
  [[{ name: 'f' }, search], ['tool-search-tool-2025-10-19']],
  [[{ name: 'f' }, null], []],
  ['none', []],
])('have the name that clouds have for the search of tools, where tools are searched: %j', (tools, expected) => {
  expect(betasOf(call('advanced-tool-use-2025-11-20', undefined, { tools }), { betaHere })).toEqual(expected);
});

it('stand in the body too where the host wants them there', () => {
  const { parameters, ...asked } = call('one-2025-01-01', 'x', { anthropic_beta: ['two-2025-01-01', 'unknown', 5] });
  const named = { ...asked, parameters: { ...parameters, extraBody: { anthropic_beta: ['y'] } } };
  expect(betasOf(named, { betaHere, betasInBody: true })).toEqual(['one-2025-01-01', 'two-2025-01-01', 'x', 'y']);
  expect(betasOf(named, { betaHere })).toEqual(['one-2025-01-01', 'x']);
});
