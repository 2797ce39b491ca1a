/** The environment variables of an identity at Azure, which its providers share. */
import type { ProviderVariables } from '../../spec/provider.js';

export const identityVariables = {
  settings: {
    tenant_id: ['AZURE_TENANT_ID'],
    client_id: ['AZURE_CLIENT_ID'],
    azure_username: ['AZURE_USERNAME'],
    azure_scope: ['AZURE_SCOPE'],
  },
  credentials: {
    azureAdToken: ['AZURE_AD_TOKEN'],
    clientSecret: ['AZURE_CLIENT_SECRET'],
    azurePassword: ['AZURE_PASSWORD'],
  },
} satisfies ProviderVariables;
