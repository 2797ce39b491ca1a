/** The schema of one entry of `guardrails`: what every kind of guardrail has. Its own parameters are checked by the guardrails room. */
import { z } from 'zod';
import { anyMap, choice, described, flag, positive, text, wholeNumber } from './fields.js';

/** When a guardrail looks, in LiteLLM's words. */
export const guardrailModeNames = ['pre_call', 'during_call', 'post_call', 'logging_only'] as const;

const mode = choice(guardrailModeNames);

/** One mode, or several. */
const modes = z.union([mode.transform((one) => [one]), z.array(mode).min(1)], {
  error: `expected one or a list of ${guardrailModeNames.map((name) => `\`${name}\``).join(', ')}`,
});

const whenItLooks = z.union(
  [
    modes.transform((always) => ({ always, byTag: undefined })),
    z
      .strictObject({ tags: z.record(z.string().min(1), modes), default: modes.optional() })
      .transform(({ tags, default: always = [] }) => ({ always, byTag: tags })),
  ],
  {
    error: `expected one or a list of ${guardrailModeNames.map((name) => `\`${name}\``).join(', ')}, or \`{tags: {TAG: MODE}, default: MODE}\``,
  },
);

/** What the gateway does itself, whatever the kind. */
const gatewayParams = {
  guardrail: described(text(), {
    description: 'The kind of guardrail. docs/guardrails names them all, with the parameters that each has.',
    example: 'litellm_content_filter',
  }),
  mode: described(whenItLooks, {
    description:
      'When it looks: `pre_call` before the model is called, `during_call` beside the call, with the answer held back, `post_call` at the answer, `logging_only` at what is kept. One, a list, or `{tags: {TAG: MODE}, default: MODE}` for requests by their tags.',
    example: 'pre_call',
  }),
  default_on: described(flag().default(false), {
    description: 'Looks at every request; without it, at those of whoever asks for it: a request, a key or a team.',
    example: true,
  }),
  order: described(wholeNumber().default(0), {
    description: 'The lower goes first; those of one order go in the order of the file.',
    example: 1,
  }),
  timeout: described(positive().default(10), {
    description: 'Seconds that it may take, all of its attempts together; then it counts as away.',
    example: 5,
  }),
  num_retries: described(wholeNumber().default(0), {
    description: 'Attempts after the first where its service is away.',
    example: 1,
  }),
  unreachable_fallback: described(choice(['fail_closed', 'fail_open']).optional(), {
    description:
      'What becomes of a request that it cannot look at: `fail_closed` refuses it, `fail_open` lets it pass and says so in row, header and metric. Without it: `fail_closed`.',
    example: 'fail_open',
  }),
  fail_on_error: described(flag().optional(), {
    description: '`false` is `unreachable_fallback: fail_open`, `true` is `fail_closed`.',
    example: false,
  }),
  violation_message_template: described(text().optional(), {
    description:
      'What a refused client is told. `{reason}`, `{default_message}` and `{guardrail_name}` stand for what they say.',
    example: 'Not with us: {reason}',
  }),
  skip_system_message_in_guardrail: described(flag().default(false), {
    description: 'System messages of requests are not looked at.',
    example: true,
  }),
  only_scan_new_messages: described(flag().default(false), {
    description:
      "Of requests only what came after the model's last message is looked at, and system messages. What stands before it is the client's own word.",
    example: true,
  }),
  on_sensitive_data: described(choice(['block', 'route']).default('block'), {
    description:
      '`route`: a request in which something is found goes, as it is, to `sensitive_data_route_to_model` instead.',
    example: 'route',
  }),
  sensitive_data_route_to_model: described(text().optional(), {
    description: 'The model for `on_sensitive_data: route`.',
    example: 'model-on-our-own-machines',
  }),
} as const;

/** What many kinds have, each by its own schema: they are passed on. */
const sharedParams = {
  api_key: described(text().optional(), {
    description: 'The key of its service.',
    example: 'os.environ/LAKERA_API_KEY',
  }),
  api_base: described(text().optional(), {
    description: 'The address of its service.',
    example: 'http://presidio-analyzer:3000',
  }),
  mask_request_content: described(flag().optional(), {
    description: 'What is found in a request is masked instead of refused, where the kind can do both.',
    example: true,
  }),
  mask_response_content: described(flag().optional(), {
    description: 'The same for answers.',
    example: true,
  }),
} as const;

/** Members of `litellm_params` that no kind of guardrail is given. */
export const gatewayParamNames: readonly string[] = Object.keys(gatewayParams);

/** Members that every kind may be given, though it have no use for them. */
export const sharedParamNames: readonly string[] = Object.keys(sharedParams);

/** LiteLLM's members that change nothing here: `during_call` always runs beside the call, and each guardrail sees what came before it. */
export const ineffectiveParamNames = ['run_in_parallel', 'scan_raw_request', 'stream_scope', 'guardrail_id'] as const;

export const guardrailParamsSchema = z.looseObject({ ...gatewayParams, ...sharedParams });

export const guardrailEntrySchema = z.looseObject({
  guardrail_name: described(text(), {
    description:
      'What requests, keys and teams call it. Entries of one name share its work: each request is looked at by one of them.',
    example: 'no-secrets',
  }),
  litellm_params: described(guardrailParamsSchema, {
    description: 'What it does, and when. Every other member is a parameter of its kind.',
    example: { guardrail: 'hide-secrets', mode: 'pre_call' },
  }),
  guardrail_info: described(anyMap().default({}), {
    description: 'Facts about it, shown by `/guardrails/list`.',
    example: { owner: 'security' },
  }),
});

export type WireGuardrailEntry = z.output<typeof guardrailEntrySchema>;
export type GuardrailModeName = (typeof guardrailModeNames)[number];
