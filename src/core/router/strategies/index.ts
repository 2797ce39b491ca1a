/** The strategies by the names of the configuration. */
import type { RoutingStrategy } from '../routing-rules.js';
import { costBased } from './cost-based.js';
import { latencyBased } from './latency-based.js';
import { leastBusy } from './least-busy.js';
import { powerOfTwoChoices } from './power-of-two-choices.js';
import { simpleShuffle } from './simple-shuffle.js';
import type { Strategy } from './strategy.js';
import { usageBased } from './usage-based.js';

export const strategies: Readonly<Record<RoutingStrategy, Strategy>> = {
  'simple-shuffle': simpleShuffle,
  'least-busy': leastBusy,
  'latency-based-routing': latencyBased,
  'usage-based-routing': usageBased,
  'usage-based-routing-v2': usageBased,
  'cost-based-routing': costBased,
  'power-of-two-choices': powerOfTwoChoices,
};
