/** Whatever a client speaks and whatever a provider speaks: the same is understood, the same is answered, whole and streamed, and it costs the same. */
import { clients, providers } from './all-sides.js';
import { limitOf, limits } from './limits.js';
import { features } from './meaning.js';
import { expectedOf, runCell, type Cell, type LegResult } from './run-cell.js';
import { scenarios } from './scenarios.js';

const cells = clients.flatMap((client) =>
  providers.flatMap((provider) =>
    scenarios.flatMap((scenario) =>
      [false, true].map((stream) => ({
        name: `${client.name} to ${provider.name}: ${scenario.feature}, ${stream ? 'streamed' : 'whole'}`,
        client,
        provider,
        scenario,
        stream,
      })),
    ),
  ),
);

/** A conversation that one provider has begun goes on with another, ids of calls and all. */
const handovers = cells.flatMap((cell) => {
  const { client, provider, scenario, stream, name } = cell;
  if (scenario.feature !== 'tools' && scenario.feature !== 'parallel tools') return [];
  return providers
    .filter((next) => next !== provider)
    .map((next) => ({ client, provider, next, scenario, stream, name: `${name}, then ${next.name}` }));
});

function expectMeaning(cell: Cell, results: readonly LegResult[]): void {
  expect(results.map(({ error }) => error?.message)).toEqual(results.map(() => undefined));
  expect(results.map(({ asked, answered }) => ({ asked, answered }))).toEqual(expectedOf(cell));
  // The ledger counts what the client is told, in both modes.
  expect(results.map(({ usage }) => [usage?.promptTokens, usage?.completionTokens])).toEqual(
    cell.scenario.legs.map(({ answer }) => [answer.usage.prompt, answer.usage.completion]),
  );
}

describe('any dialect to any provider', () => {
  it('has every cell', () => {
    expect(scenarios.map(({ feature }) => feature)).toEqual(features);
    expect(cells).toHaveLength(4 * 7 * 9 * 2);
  });

  it.each(cells)('$name', async (cell) => {
    const { client, provider, scenario } = cell;
    const results = await runCell(cell);
    const refusal = limitOf(client.name, provider.name, scenario.feature)?.refusal;
    if (refusal) {
      const [{ error } = {}] = results;
      expect({ status: error?.status, param: error?.param }).toEqual(refusal);
    } else {
      expectMeaning(cell, results);
    }
  });

  it.each(handovers)('$name', async (cell) => {
    expectMeaning(cell, await runCell(cell));
  });

  it.each(limits.map((limit, at) => ({ at, limit, name: `${limit.feature}: ${limit.note}` })))(
    'the limit holds for a cell: $name',
    ({ limit }) => {
      const used = cells.some(
        ({ client, provider, scenario }) => limitOf(client.name, provider.name, scenario.feature) === limit,
      );
      expect(used).toBe(true);
    },
  );
});
