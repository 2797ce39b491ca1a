/** The strategies `usage-based-routing` and its `-v2`: the deployment with the fewest tokens in the last minute, of its limit where it has one. */
import { drawLowest, type Strategy } from './strategy.js';

export const usageBased: Strategy = (candidates, { random, now, stateOf }) => {
  const limited = candidates.every(({ tpm }) => tpm !== undefined && tpm > 0);
  return drawLowest(candidates, random, (deployment) => {
    const { tokens, requests } = stateOf(deployment);
    const used = tokens.total(now) / (limited ? (deployment.tpm ?? 1) : 1);
    // Requests whose tokens are not known yet tell apart what would be equal.
    return used + requests.total(now) * 1e-9;
  });
};
