/** The strategy `least-busy`: the deployment with the fewest requests under way. */
import { drawLowest, type Strategy } from './strategy.js';

export const leastBusy: Strategy = (candidates, { random, stateOf }) =>
  drawLowest(candidates, random, (deployment) => stateOf(deployment).inFlight);
