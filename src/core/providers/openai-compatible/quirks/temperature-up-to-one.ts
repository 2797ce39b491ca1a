/** Quirk: the temperature goes from 0 to 1; a higher one is taken for the highest. */
// https://platform.moonshot.ai/docs/guide/migrating-from-openai-to-kimi
import type { Quirk } from '../quirk.js';

export const temperatureUpToOne: Quirk = {
  name: 'temperature-up-to-one',
  request(body) {
    const { temperature } = body;
    return typeof temperature === 'number' && temperature > 1 ? { ...body, temperature: 1 } : body;
  },
};
