/** Quirk: an aggregator ranks the applications that say who they are; `extra_headers` say so as well. */
// https://openrouter.ai/docs/app-attribution , https://vercel.com/docs/ai-gateway/app-attribution
import type { Quirk } from '../quirk.js';

export const appAttribution: Quirk = {
  name: 'app-attribution',
  headers({ parameters: { provider } }) {
    const { site_url: site, app_name: name } = provider;
    if (typeof site !== 'string' && typeof name !== 'string') return undefined;
    return {
      ...(typeof site === 'string' && { 'http-referer': site }),
      ...(typeof name === 'string' && { 'x-title': name }),
    };
  },
};
