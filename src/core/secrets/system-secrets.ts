/** Secrets of this machine: environment variables and small files, such as a service account or a projected token. */
import { readFileSync, statSync } from 'node:fs';
import type { SecretSource } from '../spec/secret-source.js';

const largestFileBytes = 256 * 1024;

export const systemSecrets: SecretSource = {
  variable: (name) => process.env[name]?.trim() || undefined,
  file(path) {
    try {
      // Read anew each time: projected tokens are replaced on disk every hour or so.
      return statSync(path).size > largestFileBytes ? undefined : readFileSync(path, 'utf8');
    } catch {
      // Absent or not readable: for whoever looks for credentials that is the same.
      return undefined;
    }
  },
};
