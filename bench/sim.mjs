// The routing strategies before made-up upstreams, in virtual time: the product's router, no model of it. Prints a table for each
// scenario and size of group, and keeps them in bench/results/sim-latest.{md,json}. The same seeds come to the same tables.
// scripts/with-node node bench/sim.mjs [--quick]
import { writeFileSync } from 'node:fs';
import '../scripts/typescript-sources.mjs';

const { figuresOf, medians } = await import('../src/core/testing/simulation/figures.ts');
const { tableOf } = await import('../src/core/testing/simulation/report.ts');
const { simulate } = await import('../src/core/testing/simulation/simulation.ts');
const { scenarios } = await import('../src/core/testing/simulation/weather.ts');
const { routingStrategies } = await import('../src/core/router/routing-rules.ts');

const isQuick = process.argv.includes('--quick');
const seeds = isQuick ? [1] : [1, 2, 3, 4, 5];
const sizes = isQuick ? [5] : [2, 5, 20];
const perSecond = 5;
/** `usage-based-routing` is the same as its -v2. */
const strategies = routingStrategies.filter((name) => name !== 'usage-based-routing');
/** Groups of these sizes, by turns, in the run with thousands of deployments. */
const mixedSizes = [2, 3, 5, 8, 20];
const manyGroups = isQuick ? 60 : 330;

const text = [];
const results = { seeds, perSecond, groups: [], many: {} };
const say = (...lines) => {
  text.push(...lines);
  console.log(lines.join('\n'));
};

say(
  '# Routing strategies in simulation',
  '',
  `\`make sim\`; the router of \`src/core/router\` in virtual time. Each figure is the median over ${seeds.length} seeds.`,
  `Requests arrive at random, ${perSecond} a second for each deployment, half of them streams; latencies are lognormal (first part 0.4 s, whole answer`,
  '2.5 s in the median), two retries. *answered*: the part of the judged requests that got an answer. *p50*, *p99*: of those with an answer.',
  '*attempts*: at the upstream, for each request. *recovered*: from the end of the trouble until those that had it bear half of their share.',
  '*herd*: the most requests at once on one of those in the half minute after, as a multiple of a fair load.',
  '',
);

for (const scenario of scenarios) {
  say(`## ${scenario.name}: ${scenario.says}`, '');
  for (const size of sizes) {
    const rows = [];
    for (const strategy of strategies) {
      const runs = [];
      for (const seed of seeds) runs.push(figuresOf(await simulate([{ scenario, size, perSecond }], strategy, seed)));
      const figures = medians(runs);
      rows.push({ name: strategy, figures });
      results.groups.push({ scenario: scenario.name, size, strategy, ...figures });
    }
    say(tableOf(`${size} deployments`, rows), '');
  }
}

const groups = Array.from({ length: manyGroups }, (_, index) => ({
  scenario: scenarios[index % scenarios.length],
  size: mixedSizes[Math.floor(index / scenarios.length) % mixedSizes.length],
  perSecond: 1,
}));
const deployments = groups.reduce((sum, { size }) => sum + size, 0);
const rows = [];
for (const strategy of strategies) {
  const figures = figuresOf(await simulate(groups, strategy, seeds[0]));
  rows.push({ name: strategy, figures });
  results.many[strategy] = figures;
}
say(
  `## Many groups at once: ${deployments} deployments in ${groups.length} groups, one router`,
  '',
  `Sizes from ${Math.min(...mixedSizes)} to ${Math.max(...mixedSizes)}, a request a second for each deployment, every scenario in as many groups; ${rows[0].figures.requests} judged requests, one seed.`,
  '',
  tableOf('all groups', rows),
);

if (!isQuick) {
  const target = (ending) => new URL(`results/sim-latest.${ending}`, import.meta.url);
  writeFileSync(target('md'), `${text.join('\n')}\n`);
  writeFileSync(target('json'), `${JSON.stringify(results, undefined, 2)}\n`);
}
