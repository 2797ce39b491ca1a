/**
 * Asks a guardrail of Amazon Bedrock by ApplyGuardrail, which calls no model.
 *
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html
 */
import { awsAuthentication } from '../../../core/providers/bedrock/authenticate.js';
import { configuredRegion, serviceOrigin } from '../../../core/providers/bedrock/aws-address.js';
import { awsCredentialExchange } from '../../../core/providers/bedrock/credentials/exchange.js';
import { providerId } from '../../../core/providers/bedrock/provider-id.js';
import type {
  GuardedContent,
  Guardrail,
  GuardrailContext,
  GuardrailSurroundings,
  StreamReading,
} from '../../guardrail.js';
import { GuardrailMistake, pass, type GuardrailType, type Verdict } from '../../guardrail.js';
import { askAll } from '../ask-all.js';
import { CloudSigner } from '../cloud-identity.js';
import { packed, type PieceLimits } from '../pieces.js';
import { askService } from '../service.js';
import { unavailable } from '../unavailable.js';
import { countFindings } from '../verdicts.js';
import { actionsIn, applyAnswer, type ApplyAnswer } from './assessment.js';
import { bedrockParameters, type BedrockParameters } from './bedrock-parameters.js';

const id = 'bedrock';
/** 25 text units of 1,000 characters: https://docs.aws.amazon.com/general/latest/gr/bedrock.html#limits_bedrock */
const limits: PieceLimits = { mostChars: 25_000, overlapChars: 256 };
const mostBlocks = 50;

class BedrockGuardrail implements Guardrail {
  readonly stream: StreamReading = { by: 'segment', chars: 1_000 };
  private readonly path: string;

  constructor(
    private readonly parameters: BedrockParameters,
    private readonly signer: CloudSigner,
    private readonly surroundings: GuardrailSurroundings,
  ) {
    const { guardrailIdentifier: name, guardrailVersion: version } = parameters;
    this.path = `/guardrail/${encodeURIComponent(name)}/version/${version}/apply`;
  }

  async check(content: GuardedContent, context: GuardrailContext): Promise<Verdict> {
    const texts = content.texts.map(({ text }) => text).filter((text) => text.trim() !== '');
    const answers = await askAll(packed(texts, limits, mostBlocks), (blocks) => this.apply(content, blocks, context));
    const actions = answers.filter(({ action }) => action === 'GUARDRAIL_INTERVENED').flatMap(actionsIn);
    const intervened = answers.find(({ action }) => action === 'GUARDRAIL_INTERVENED');
    if (!intervened) return pass;
    const findings = countFindings(actions.length > 0 ? actions.map(({ kind }) => kind) : ['intervened']);
    const isMaskOnly = actions.length > 0 && actions.every(({ isMask }) => isMask);
    const { mask_request_content: inRequests, mask_response_content: inAnswers } = this.parameters;
    const mayMask = content.direction === 'request' ? inRequests : inAnswers;
    const isWhole = content.texts.every(({ text }) => text.length <= limits.mostChars);
    if (isMaskOnly && mayMask && isWhole) {
      return {
        action: 'mask',
        findings,
        texts: await askAll(content.texts, ({ text }) => this.masked(content, text, context)),
      };
    }
    // The operator's own words, as the guardrail is set up with them.
    const told = isMaskOnly ? undefined : intervened.outputs[0]?.text;
    return { action: 'block', findings, reason: told ?? 'its content is against the policies of the guardrail.' };
  }

  /** Alone, so that it is certain for what the answer stands. */
  private async masked(content: GuardedContent, text: string, context: GuardrailContext): Promise<string> {
    if (text.trim() === '') return text;
    const { action, outputs } = await this.apply(content, [text], context);
    if (action === 'NONE') return text;
    const [output] = outputs;
    if (output && outputs.length === 1) return output.text;
    throw unavailable(id, `its service gave ${outputs.length} texts for one`);
  }

  private async apply(
    { direction }: GuardedContent,
    blocks: readonly string[],
    context: GuardrailContext,
  ): Promise<ApplyAnswer> {
    const body = JSON.stringify({
      source: direction === 'request' ? 'INPUT' : 'OUTPUT',
      content: blocks.map((text) => ({ text: { text } })),
    });
    const request = await this.signer.sign(this.path, body);
    return askService({ id, surroundings: this.surroundings }, request, applyAnswer, context);
  }
}

/** @throws GuardrailMistake for a region that is none */
function originFor({ aws_bedrock_runtime_endpoint: endpoint, api_base: base, ...settings }: BedrockParameters): string {
  const own = endpoint ?? base;
  if (own !== undefined) return new URL(own).origin;
  const region = configuredRegion(settings);
  if (region !== undefined) return serviceOrigin('bedrock-runtime', region);
  throw new GuardrailMistake('aws_region_name', 'is no region. Write for example `us-east-1`.');
}

/** A key alone signs nothing. */
function checkKeys({ aws_access_key_id: keyId, aws_secret_access_key: secret }: BedrockParameters): void {
  if ((keyId === undefined) === (secret === undefined)) return;
  const missing = keyId === undefined ? 'aws_access_key_id' : 'aws_secret_access_key';
  throw new GuardrailMistake(missing, 'is missing: the two keys are used together. Write both, or neither.');
}

export const bedrockGuardrail: GuardrailType<BedrockParameters> = {
  id,
  parameters: bedrockParameters,
  create(parameters, surroundings) {
    checkKeys(parameters);
    const { aws_access_key_id, aws_secret_access_key, aws_session_token, aws_web_identity_token, api_key } = parameters;
    const signer = new CloudSigner(
      {
        id,
        provider: {
          id: providerId,
          displayName: 'Amazon Bedrock',
          credentialExchange: awsCredentialExchange(providerId),
          authenticate: awsAuthentication(providerId, 'bedrock'),
        },
        settings: parameters,
        credentials: {
          apiKey: api_key,
          awsAccessKeyId: aws_access_key_id,
          awsSecretAccessKey: aws_secret_access_key,
          awsSessionToken: aws_session_token,
          awsWebIdentityToken: aws_web_identity_token,
        },
        origin: originFor(parameters),
      },
      surroundings,
    );
    return new BedrockGuardrail(parameters, signer, surroundings);
  },
};
