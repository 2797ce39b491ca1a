/** For tests: what each vendor answers of a text, after the examples of its own documentation, and what a guardrail makes of it. */

export interface ServiceCase {
  readonly id: string;
  /** @param base where the service listens */
  parameters(base: string): Readonly<Record<string, unknown>>;
  /** The paths that are asked, without a query. */
  readonly paths: readonly string[];
  /** A header that each request has, and what begins it. */
  readonly credential?: readonly [name: string, value: string];
  readonly direction?: 'answer';
  readonly ok: unknown;
  readonly block: unknown;
  readonly mask?: { readonly answer: unknown; readonly text: string };
}

export const guardedText = 'Write to jane@example.com';
export const keyOfService = 'sk-secret-of-the-service';

const moderation = (flagged: boolean): unknown => ({
  id: 'modr-1',
  model: 'omni-moderation-latest',
  results: [{ flagged, categories: { harassment: flagged, violence: false }, category_scores: { harassment: 0.9 } }],
});

const severities = (hate: number): unknown => ({
  blocklistsMatch: [],
  categoriesAnalysis: [
    { category: 'Hate', severity: hate },
    { category: 'SelfHarm', severity: 0 },
    { category: 'Sexual', severity: 0 },
    { category: 'Violence', severity: 0 },
  ],
});

const armor = (filterResults: object): unknown => ({
  sanitizationResult: {
    filterMatchState: Object.keys(filterResults).length > 0 ? 'MATCH_FOUND' : 'NO_MATCH_FOUND',
    invocationResult: 'SUCCESS',
    filterResults,
  },
});

const bedrock = (assessment: object, text: string): unknown => ({
  usage: { topicPolicyUnits: 1, contentPolicyUnits: 1 },
  action: 'GUARDRAIL_INTERVENED',
  outputs: [{ text }],
  assessments: [assessment],
});

/** By the criterion; the token is put in where the judge is asked. */
const judged = (score: number): unknown => ({ verdicts: [{ criterion_name: 'polite', score }] });

export const serviceCases: readonly ServiceCase[] = [
  {
    id: 'presidio',
    parameters: (base) => ({
      presidio_analyzer_api_base: base,
      presidio_anonymizer_api_base: base,
      pii_entities_config: { EMAIL_ADDRESS: 'MASK', US_SSN: 'BLOCK' },
    }),
    paths: ['/analyze', '/anonymize'],
    ok: [],
    block: [{ entity_type: 'US_SSN', start: 0, end: 5, score: 0.85 }],
    mask: {
      answer: {
        '/analyze': [{ entity_type: 'EMAIL_ADDRESS', start: 9, end: 25, score: 1 }],
        '/anonymize': { text: 'Write to <EMAIL_ADDRESS>', items: [] },
      },
      text: 'Write to <EMAIL_ADDRESS>',
    },
  },
  {
    id: 'openai_moderation',
    parameters: (base) => ({ api_base: `${base}/v1`, api_key: keyOfService }),
    paths: ['/v1/moderations'],
    credential: ['authorization', `Bearer ${keyOfService}`],
    ok: moderation(false),
    block: moderation(true),
  },
  {
    id: 'azure/prompt_shield',
    parameters: (base) => ({ api_base: base, api_key: keyOfService }),
    paths: ['/contentsafety/text:shieldPrompt'],
    credential: ['ocp-apim-subscription-key', keyOfService],
    ok: { userPromptAnalysis: { attackDetected: false }, documentsAnalysis: [] },
    block: { userPromptAnalysis: { attackDetected: true }, documentsAnalysis: [] },
  },
  {
    id: 'azure/text_moderations',
    parameters: (base) => ({ api_base: base, api_key: keyOfService }),
    paths: ['/contentsafety/text:analyze'],
    credential: ['ocp-apim-subscription-key', keyOfService],
    ok: severities(0),
    block: severities(4),
  },
  {
    id: 'bedrock',
    parameters: (base) => ({
      guardrailIdentifier: 'abc123',
      guardrailVersion: 1,
      aws_region_name: 'eu-west-1',
      aws_access_key_id: 'AKIDEXAMPLE',
      aws_secret_access_key: keyOfService,
      aws_bedrock_runtime_endpoint: base,
    }),
    paths: ['/guardrail/abc123/version/1/apply'],
    credential: ['authorization', 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/'],
    ok: { usage: {}, action: 'NONE', outputs: [], assessments: [{}] },
    block: bedrock({ topicPolicy: { topics: [{ name: 'Finance', type: 'DENY', action: 'BLOCKED' }] } }, 'Not here.'),
    mask: {
      answer: bedrock(
        {
          sensitiveInformationPolicy: {
            piiEntities: [{ type: 'EMAIL', match: 'jane@example.com', action: 'ANONYMIZED' }],
          },
        },
        'Write to {EMAIL}',
      ),
      text: 'Write to {EMAIL}',
    },
  },
  {
    id: 'model_armor',
    parameters: (base) => ({
      template_id: 'template-1',
      project_id: 'project-1',
      location: 'europe-west4',
      api_endpoint: base,
      mask_request_content: true,
    }),
    paths: ['/v1/projects/project-1/locations/europe-west4/templates/template-1:sanitizeUserPrompt'],
    credential: ['authorization', 'Bearer ya29.token'],
    ok: armor({}),
    block: armor({ pi_and_jailbreak: { piAndJailbreakFilterResult: { matchState: 'MATCH_FOUND' } } }),
    mask: {
      answer: armor({
        sdp: {
          sdpFilterResult: {
            deidentifyResult: { matchState: 'MATCH_FOUND', data: { text: 'Write to [EMAIL_ADDRESS]' } },
          },
        },
      }),
      text: 'Write to [EMAIL_ADDRESS]',
    },
  },
  {
    id: 'lakera_v2',
    parameters: (base) => ({ api_base: base, api_key: keyOfService }),
    paths: ['/v2/guard'],
    credential: ['authorization', `Bearer ${keyOfService}`],
    ok: { flagged: false, payload: [], breakdown: [] },
    block: { flagged: true, payload: [], breakdown: [{ detector_type: 'prompt_attack', detected: true }] },
    mask: {
      answer: {
        flagged: true,
        payload: [{ detector_type: 'pii/email', start: 9, end: 25, text: 'jane@example.com', labels: [] }],
        breakdown: [{ detector_type: 'pii/email', detected: true }],
      },
      text: 'Write to [MASKED EMAIL]',
    },
  },
  {
    id: 'lakera',
    parameters: (base) => ({ api_base: base, api_key: keyOfService }),
    paths: ['/v1/prompt_injection'],
    credential: ['authorization', `Bearer ${keyOfService}`],
    ok: { results: [{ flagged: false, categories: { prompt_injection: false }, category_scores: {} }] },
    block: { results: [{ flagged: true, categories: { prompt_injection: true }, category_scores: {} }] },
  },
  {
    id: 'aporia',
    parameters: (base) => ({ api_base: `${base}/project-1`, api_key: keyOfService }),
    paths: ['/project-1/validate'],
    credential: ['x-aporia-api-key', keyOfService],
    direction: 'answer',
    ok: { action: 'passthrough', revised_response: null },
    block: { action: 'block', revised_response: null },
    mask: { answer: { action: 'modify', revised_response: 'Write to <PII>' }, text: 'Write to <PII>' },
  },
  {
    id: 'generic_guardrail_api',
    parameters: (base) => ({ api_base: base, api_key: keyOfService }),
    paths: ['/beta/litellm_basic_guardrail_api'],
    credential: ['x-api-key', keyOfService],
    ok: { action: 'NONE' },
    block: { action: 'BLOCKED', blocked_reason: 'Not here.' },
    mask: { answer: { action: 'GUARDRAIL_INTERVENED', texts: ['Write to X'] }, text: 'Write to X' },
  },
  {
    id: 'llm_as_a_judge',
    parameters: () => ({ judge_model: 'judge', criteria: [{ name: 'polite', weight: 100 }] }),
    paths: ['/chat/completions'],
    ok: judged(95),
    block: judged(5),
  },
];
