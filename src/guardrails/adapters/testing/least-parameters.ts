/** For tests: of each kind of guardrail whose work another service does, the least that it can be configured with. */

export const secretOfTest = 'sk-secret-of-the-service';

export const leastParameters: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  presidio: { presidio_analyzer_api_base: 'http://analyzer.test' },
  openai_moderation: { api_key: secretOfTest },
  'azure/prompt_shield': { api_base: 'https://safety.test/', api_key: secretOfTest },
  'azure/text_moderations': { api_base: 'https://safety.test', api_key: secretOfTest },
  bedrock: {
    guardrailIdentifier: 'gr1',
    guardrailVersion: 'DRAFT',
    aws_region_name: 'eu-west-1',
    api_key: secretOfTest,
  },
  model_armor: {
    template_id: 'template-1',
    project_id: 'project-1',
    credentials: JSON.stringify({ type: 'service_account', private_key: secretOfTest }),
  },
  lakera_v2: { api_key: secretOfTest },
  lakera: { api_key: secretOfTest },
  aporia: { api_base: 'https://aporia.test/project', api_key: secretOfTest },
  generic_guardrail_api: { api_base: 'https://hook.test', api_key: secretOfTest },
};
