/** Quirk: the organization and project of a deployment go to OpenAI as headers. */
// https://platform.openai.com/docs/api-reference/authentication
import type { Quirk } from '../openai-compatible/index.js';

export const accountHeaders: Quirk = {
  name: 'account-headers',
  headers({ parameters: { provider } }) {
    const { organization, project } = provider;
    if (typeof organization !== 'string' && typeof project !== 'string') return undefined;
    return {
      ...(typeof organization === 'string' ? { 'openai-organization': organization } : undefined),
      ...(typeof project === 'string' ? { 'openai-project': project } : undefined),
    };
  },
};
