/**
 * The router's promises, against whatever upstreams, clients and configurations may do: attempts are bounded, nothing is tried
 * again once the client has got something, fallbacks come in their order, cooldowns hold and never take everybody out, and every
 * request ends once, in time, leaving nothing behind.
 */
import fc from 'fast-check';
import { world } from '../testing/simulation/random-world.js';
import { breachesIn } from '../testing/simulation/watched-run.js';

it('keeps its promises in a thousand made-up worlds', async () => {
  const keepsThem = fc.asyncProperty(world, async (made) => {
    const breaches = await breachesIn(made);
    if (breaches.length > 0) throw new Error(breaches.join('\n'));
  });
  await fc.assert(keepsThem, { numRuns: 1_000 });
}, 120_000);
