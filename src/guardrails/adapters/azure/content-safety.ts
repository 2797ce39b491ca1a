/** What the guardrails of Azure AI Content Safety have in common. */
// https://learn.microsoft.com/azure/ai-services/content-safety/overview#input-requirements
import { z } from 'zod';
import type { PieceLimits } from '../pieces.js';
import { apiBase, apiKey, type ServiceRequest } from '../service.js';

export const azureParameters = {
  /** Such as `https://RESOURCE.cognitiveservices.azure.com`. */
  api_base: apiBase,
  api_key: apiKey,
  api_version: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}(-preview)?$/, 'is no version. Write for example `2024-09-01`.')
    .default('2024-09-01'),
};

/** A request has at most 10,000 characters; the rest is for the lines between texts. */
export const azureLimits: PieceLimits = { mostChars: 9_500, overlapChars: 250 };
export const mostTextsTogether = 400;

export function azureRequest(
  settings: { readonly api_base: string; readonly api_key: string; readonly api_version: string },
  operation: string,
  body: unknown,
): ServiceRequest {
  return {
    url: `${settings.api_base}/contentsafety/text:${operation}?api-version=${settings.api_version}`,
    headers: { 'ocp-apim-subscription-key': settings.api_key },
    body: JSON.stringify(body),
  };
}
