/**
 * Asks a template of Google's Model Armor.
 *
 * https://cloud.google.com/security-command-center/docs/sanitize-prompts-responses
 */
import { z } from 'zod';
import { authenticate } from '../../../core/providers/vertex-ai/authenticate.js';
import { exchangeCredentials } from '../../../core/providers/vertex-ai/credentials/exchange.js';
import { providerId } from '../../../core/providers/vertex-ai/provider-id.js';
import type {
  GuardedContent,
  Guardrail,
  GuardrailContext,
  GuardrailSurroundings,
  StreamReading,
} from '../../guardrail.js';
import { pass, type GuardrailType, type Verdict } from '../../guardrail.js';
import { askAll } from '../ask-all.js';
import { CloudSigner } from '../cloud-identity.js';
import { piecesOf, type PieceLimits } from '../pieces.js';
import { apiBase, askService } from '../service.js';
import { unavailable } from '../unavailable.js';
import { countFindings } from '../verdicts.js';
import { readSanitized, sanitizeAnswer, type Sanitized } from './sanitization.js';

const id = 'model_armor';
/** Filters skip what is longer than 10,000 tokens, and no token is shorter than a character: https://cloud.google.com/security-command-center/docs/quotas-model-armor */
const limits: PieceLimits = { mostChars: 10_000, overlapChars: 256 };

const segment = (what: string) =>
  z.string().regex(/^[a-zA-Z0-9:._-]+$/, `is no ${what}. Copy it from the console of Model Armor.`);

const parameters = z.object({
  template_id: segment('id of a template'),
  /** Without it the project of the credentials. */
  project_id: segment('id of a project').optional(),
  location: segment('location').default('us-central1'),
  /** The JSON of the credentials, or the path to it; without it those of the machine. */
  credentials: z
    .union([z.string().min(1), z.record(z.string(), z.unknown()).transform((all) => JSON.stringify(all))])
    .optional(),
  vertex_credentials: z.string().min(1).optional(),
  /** In place of the address that follows from the location. */
  api_endpoint: apiBase.optional(),
  api_base: apiBase.optional(),
  /** What the template de-identifies is masked instead of refused. */
  mask_request_content: z.boolean().default(false),
  mask_response_content: z.boolean().default(false),
});

type ArmorParameters = z.output<typeof parameters>;

class ModelArmor implements Guardrail {
  readonly stream: StreamReading = { by: 'segment', chars: 2_000 };

  constructor(
    private readonly parameters: ArmorParameters,
    private readonly signer: CloudSigner,
    private readonly surroundings: GuardrailSurroundings,
  ) {}

  async check(content: GuardedContent, context: GuardrailContext): Promise<Verdict> {
    const { mask_request_content: inRequests, mask_response_content: inAnswers } = this.parameters;
    const looked = await askAll(content.texts, async ({ text }) =>
      text.trim() === '' ? [] : askAll(piecesOf(text, limits), (piece) => this.sanitize(content, piece.text, context)),
    );
    const matched = looked.flat().filter(({ kinds }) => kinds.length > 0);
    if (matched.length === 0) return pass;
    const findings = countFindings(matched.flatMap(({ kinds }) => kinds));
    const mayMask = content.direction === 'request' ? inRequests : inAnswers;
    const texts = mayMask ? maskedTexts(content, looked) : undefined;
    if (texts) return { action: 'mask', texts, findings };
    return { action: 'block', findings, reason: 'its content is against the filters of Model Armor.' };
  }

  private async sanitize({ direction }: GuardedContent, text: string, context: GuardrailContext): Promise<Sanitized> {
    const { project_id: project = '-', location, template_id: template } = this.parameters;
    const [verb, member] =
      direction === 'request'
        ? ['sanitizeUserPrompt', 'userPromptData']
        : ['sanitizeModelResponse', 'modelResponseData'];
    const path = `/v1/projects/${project}/locations/${location}/templates/${template}:${verb}`;
    const request = await this.signer.sign(path, JSON.stringify({ [member]: { text } }));
    const answer = await askService({ id, surroundings: this.surroundings }, request, sanitizeAnswer, context);
    const sanitized = readSanitized(answer);
    if (sanitized) return sanitized;
    throw unavailable(id, 'not all filters of its template have run');
  }
}

/** Undefined where more was found than what was de-identified, or in a text that was cut: its pieces overlap. */
function maskedTexts(
  { texts }: GuardedContent,
  looked: readonly (readonly Sanitized[])[],
): readonly string[] | undefined {
  const masked: string[] = [];
  for (const [place, { text }] of texts.entries()) {
    const matched = (looked[place] ?? []).filter(({ kinds }) => kinds.length > 0);
    const [only] = matched;
    if (!only) {
      masked.push(text);
      continue;
    }
    if (only.deidentified === undefined || looked[place]?.length !== 1) return undefined;
    masked.push(only.deidentified);
  }
  return masked;
}

export const modelArmorGuardrail: GuardrailType<ArmorParameters> = {
  id,
  parameters,
  create(settings, surroundings) {
    const { api_endpoint: endpoint, api_base: base, location, project_id: project } = settings;
    const signer = new CloudSigner(
      {
        id,
        provider: {
          id: providerId,
          displayName: 'Google Cloud',
          credentialExchange: exchangeCredentials,
          authenticate,
        },
        settings: { vertex_project: project, vertex_location: location },
        credentials: { vertexCredentials: settings.credentials ?? settings.vertex_credentials },
        origin: new URL(endpoint ?? base ?? `https://modelarmor.${location}.rep.googleapis.com`).origin,
      },
      surroundings,
    );
    return new ModelArmor(settings, signer, surroundings);
  },
};
