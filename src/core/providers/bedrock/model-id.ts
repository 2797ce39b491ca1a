/** Reads the name of a model on Bedrock: the route and region before it, the id that goes into the path, and its maker. */
// https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
import { isRegionName, readSetting, regionOfResource } from './aws-address.js';

export interface ModelId {
  /** Goes into the path: a model, an inference profile, or the ARN of either. */
  readonly id: string;
  /** The model's own name without region and geography: `anthropic.claude-3-haiku-20240307-v1:0`. */
  readonly name: string;
  /** Who made it: `anthropic`, `amazon`, `meta`. Empty where the name does not say, as with ARNs of own resources. */
  readonly maker: string;
  readonly route: 'converse' | 'invoke';
  /** The route that stands before the name; undefined where the user leaves it to us. */
  readonly asked: ModelId['route'] | undefined;
  /** The region that the name asks for. */
  readonly region: string | undefined;
}

/** Ways to a model that stand before its name. */
const routes = new Map<string, ModelId['route']>(
  Object.entries({ converse: 'converse', converse_like: 'converse', invoke: 'invoke' }),
);
/** Architectures of imported models. Converse takes neither Qwen2 nor gpt-oss: https://docs.aws.amazon.com/bedrock/latest/userguide/invoke-imported-model.html */
const imported = new Map<string, { readonly maker: string; readonly route: ModelId['route'] }>(
  Object.entries({
    llama: { maker: 'meta', route: 'converse' },
    deepseek_r1: { maker: 'deepseek', route: 'converse' },
    qwen2: { maker: 'qwen', route: 'invoke' },
    qwen3: { maker: 'qwen', route: 'converse' },
    openai: { maker: 'openai', route: 'invoke' },
  }),
);
/** https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html */
const geography = /^(?:us-gov|us|eu|apac|jp|au|ca|sa|me|af|in|mx|il|uk|kr|amer|global)\./;
const commitment = /^\d+-month-commitment$/;

/** @param settings `model_id` goes into the path instead of the name, `base_model` says what is behind an ARN */
export function readModel(model: string, settings: Readonly<Record<string, unknown>> = {}): ModelId {
  let rest = model;
  let route: ModelId['route'] | undefined;
  let region: string | undefined;
  let made: { readonly maker: string; readonly route: ModelId['route'] } | undefined;
  for (let slash = rest.indexOf('/'); slash > 0; slash = rest.indexOf('/')) {
    const step = rest.slice(0, slash);
    const named = routes.get(step);
    if (step.startsWith('arn:')) break;
    else if (named) route ??= named;
    else if (isRegionName(step)) region = step;
    else if (imported.has(step)) made = imported.get(step);
    else if (step !== 'bedrock' && !commitment.test(step)) break;
    rest = rest.slice(slash + 1);
  }
  const id = readSetting(settings, 'model_id') ?? rest;
  const base = readSetting(settings, 'base_model')?.split('/').at(-1);
  const name = nameOf(base ?? rest);
  const dot = name.indexOf('.');
  return {
    id,
    name,
    maker: made?.maker ?? (dot > 0 ? name.slice(0, dot) : ''),
    route: route ?? made?.route ?? 'converse',
    asked: route,
    region: regionOfResource(id) ?? region,
  };
}

/** A foundation model's ARN and a system's inference profile have the name in them; those of own resources end in an id. */
function nameOf(id: string): string {
  return (id.split('/').at(-1) ?? id).replace(geography, '');
}

/** `/model/{id}/{action}` below the configured path; an ARN's colons and slashes are part of the one step, and nothing climbs out of it. */
export function modelPath(basePath: string, id: string, action: string): string {
  const step = /^\.{1,2}$/.test(id) ? '' : encodeURIComponent(id);
  return `${basePath}/model/${step}/${action}`;
}
