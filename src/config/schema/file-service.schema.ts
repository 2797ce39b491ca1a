/** The schema of one `files_settings` entry: an account for files and batches that no model is named for. */
import { z } from 'zod';
import { described, text } from './fields.js';

/** Every other key is a setting of the provider. */
export const fileServiceSchema = z.looseObject({
  custom_llm_provider: described(text(), { description: 'The provider.', example: 'azure' }),
  api_key: described(text().optional(), {
    description: "The provider's key. Without it, the provider's own environment variable is used.",
    example: 'os.environ/AZURE_API_KEY',
  }),
  api_base: described(text().optional(), {
    description: "The provider's address with the API's path.",
    example: 'https://acme.openai.azure.com',
  }),
  api_version: described(text().optional(), { description: 'The API version, for Azure.', example: '2024-10-21' }),
});
