/** What each service behind a guardrail answers, by what the guardrail is to make of it: in the form of its vendor's documentation. */

export interface Vendor {
  /** @param base the address of the service */
  parameters(base: string): Readonly<Record<string, unknown>>;
  readonly ok: unknown;
  readonly block: unknown;
  /** Of a request that holds `a@b.de`, where the service can mask. */
  readonly mask?: { readonly answer: unknown; readonly text: string };
}

const key = { api_key: 'key-of-the-service' };
const azure = (base: string) => ({ ...key, api_base: base });
const severities = (severity: number) =>
  ['Hate', 'SelfHarm', 'Sexual', 'Violence'].map((category) => ({ category, severity }));
const sanitized = (match: string, filterResults: object) => ({
  sanitizationResult: { filterMatchState: match, invocationResult: 'SUCCESS', filterResults },
});

export const vendors: Readonly<Record<string, Vendor>> = {
  presidio: {
    parameters: (base) => ({
      presidio_analyzer_api_base: base,
      pii_entities_config: { US_SSN: 'BLOCK', EMAIL_ADDRESS: 'MASK' },
    }),
    ok: [],
    block: [{ entity_type: 'US_SSN', start: 0, end: 2, score: 0.9 }],
    mask: { answer: [{ entity_type: 'EMAIL_ADDRESS', start: 3, end: 9, score: 1 }], text: 'to <EMAIL_ADDRESS>' },
  },
  openai_moderation: {
    parameters: (base) => ({ ...key, api_base: base }),
    ok: { id: 'modr-1', results: [{ flagged: false, categories: { hate: false } }] },
    block: { id: 'modr-1', results: [{ flagged: true, categories: { hate: true } }] },
  },
  'azure/prompt_shield': {
    parameters: azure,
    ok: { userPromptAnalysis: { attackDetected: false }, documentsAnalysis: [] },
    block: { userPromptAnalysis: { attackDetected: true }, documentsAnalysis: [] },
  },
  'azure/text_moderations': {
    parameters: azure,
    ok: { blocklistsMatch: [], categoriesAnalysis: severities(0) },
    block: { blocklistsMatch: [], categoriesAnalysis: severities(4) },
  },
  bedrock: {
    parameters: (base) => ({
      guardrailIdentifier: 'gr1',
      guardrailVersion: '1',
      aws_region_name: 'us-east-1',
      aws_bedrock_runtime_endpoint: base,
      aws_access_key_id: 'AKIDEXAMPLE',
      aws_secret_access_key: 'key-of-the-service',
    }),
    ok: { action: 'NONE', outputs: [], assessments: [] },
    block: {
      action: 'GUARDRAIL_INTERVENED',
      outputs: [{ text: 'No.' }],
      assessments: [{ topicPolicy: { topics: [{ name: 'Coffee', type: 'DENY', action: 'BLOCKED' }] } }],
    },
    mask: {
      answer: {
        action: 'GUARDRAIL_INTERVENED',
        outputs: [{ text: 'to {EMAIL}' }],
        assessments: [
          { sensitiveInformationPolicy: { piiEntities: [{ type: 'EMAIL', match: 'a@b.de', action: 'ANONYMIZED' }] } },
        ],
      },
      text: 'to {EMAIL}',
    },
  },
  model_armor: {
    parameters: (base) => ({ template_id: 't', project_id: 'p', api_endpoint: base, mask_request_content: true }),
    ok: sanitized('NO_MATCH_FOUND', {}),
    block: sanitized('MATCH_FOUND', { csam: { csamFilterFilterResult: { matchState: 'MATCH_FOUND' } } }),
    mask: {
      answer: sanitized('MATCH_FOUND', {
        sdp: { sdpFilterResult: { deidentifyResult: { matchState: 'MATCH_FOUND', data: { text: 'to [EMAIL]' } } } },
      }),
      text: 'to [EMAIL]',
    },
  },
  lakera_v2: {
    parameters: (base) => ({ ...key, api_base: base }),
    ok: { flagged: false, breakdown: [], payload: [] },
    block: { flagged: true, breakdown: [{ detector_type: 'prompt_attack', detected: true }], payload: [] },
    mask: {
      answer: {
        flagged: true,
        breakdown: [{ detector_type: 'pii/email', detected: true }],
        payload: [{ start: 3, end: 9, text: 'a@b.de', detector_type: 'pii/email', labels: [] }],
      },
      text: 'to [MASKED EMAIL]',
    },
  },
  lakera: {
    parameters: (base) => ({ ...key, api_base: base }),
    ok: { results: [{ flagged: false, categories: {}, category_scores: {} }] },
    block: { results: [{ flagged: true, categories: { jailbreak: true }, category_scores: { jailbreak: 1 } }] },
  },
  aporia: {
    parameters: (base) => ({ ...key, api_base: base }),
    ok: { action: 'passthrough' },
    block: { action: 'block' },
  },
  generic_guardrail_api: {
    parameters: (base) => ({ ...key, api_base: base }),
    ok: { action: 'NONE' },
    block: { action: 'BLOCKED', blocked_reason: 'No.' },
    mask: { answer: { action: 'GUARDRAIL_INTERVENED', texts: ['to ***'] }, text: 'to ***' },
  },
};
