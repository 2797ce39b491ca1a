/** The schema of one `credential_list` entry: what several models need to reach their provider, by a name. */
import { z } from 'zod';
import { anyMap, described, text } from './fields.js';

export const credentialSchema = z.looseObject({
  credential_name: described(text(), {
    description: 'What entries of `model_list` call it.',
    example: 'openai-production',
  }),
  credential_values: described(anyMap(), {
    description: 'The parameters that it gives: `api_key`, `api_base`, `api_version`, `aws_region_name`, ...',
    example: { api_key: 'os.environ/OPENAI_API_KEY' },
  }),
  credential_info: described(anyMap().default({}), {
    description: 'Facts about it, shown by `/credentials`.',
    example: { custom_llm_provider: 'openai' },
  }),
});
