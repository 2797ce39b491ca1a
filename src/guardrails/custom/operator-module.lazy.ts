/** Loads a module of the operator's own from the file that the configuration names; never from a request or a database row. */
import { createRequire } from 'node:module';

/**
 * At once: what is wrong with it is found before anything is served.
 *
 * @throws whatever the module throws while it loads
 */
export function loadOperatorModule(file: string): unknown {
  return createRequire(file)(file) as unknown;
}
