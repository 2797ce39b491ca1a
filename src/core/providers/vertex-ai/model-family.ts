/** Who made a model of Vertex AI, told from its name: it decides which dialect is spoken, and where. */
import { encodeModel } from '../openai-compatible/request-address.js';

export type ModelFamily = 'gemini' | 'claude' | 'mistral' | 'ai21' | 'open';

export interface VertexModel {
  readonly family: ModelFamily;
  /** Below the location, or from `projects/` on; encoded as a path. */
  readonly resource: string;
  /** Without publisher and place: `gemini-2.5-flash`. */
  readonly name: string;
  /** What an OpenAI-shaped body calls it; undefined where the endpoint serves one model alone. */
  readonly wireModel: string | undefined;
}

const byPublisher = new Map<string, ModelFamily>(
  Object.entries({ google: 'gemini', gemini: 'gemini', anthropic: 'claude', mistralai: 'mistral', ai21: 'ai21' }),
);
const publishers: Readonly<Record<ModelFamily, string>> = {
  gemini: 'google',
  claude: 'anthropic',
  mistral: 'mistralai',
  ai21: 'ai21',
  open: '',
};

const fullName = /^(projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/([^/]+)\/models\/([^/]+)|endpoints\/([^/]+))$/;

/**
 * Takes `gemini-2.5-flash`, `claude-sonnet-4@20250514`, `meta/llama-4-scout-17b-16e-instruct-maas`, `openai/<endpoint id>`
 * (a deployed model that speaks OpenAI's dialect), `<endpoint id>` and `gemini/<endpoint id>` (a tuned Gemini), and the
 * resource names of publishers' models and endpoints, with or without project and location.
 */
export function readModel(model: string): VertexModel {
  const [, place = '', publisher, published, endpoint] = fullName.exec(model) ?? [];
  if (endpoint !== undefined) return onEndpoint('gemini', endpoint, place);
  if (publisher !== undefined && published !== undefined) return ofPublisher(publisher, published, place);
  const slash = model.indexOf('/');
  const vendor = slash > 0 ? model.slice(0, slash) : undefined;
  const name = model.slice(slash + 1).replace(/^endpoints\/(?=\d)/, '');
  if (/^\d+$/.test(name)) return onEndpoint(vendor === undefined || vendor === 'gemini' ? 'gemini' : 'open', name, '');
  if (vendor !== undefined) return ofPublisher(vendor, name, '');
  return ofPublisher(publishers[familyOfBareName(name)], name, '');
}

function familyOfBareName(name: string): ModelFamily {
  if (name.startsWith('claude')) return 'claude';
  if (/^(mistral|ministral|codestral|magistral|pixtral|devstral)/.test(name)) return 'mistral';
  return name.startsWith('jamba') ? 'ai21' : 'gemini';
}

function ofPublisher(publisher: string, name: string, place: string): VertexModel {
  // Open models that Google serves are called as those of other makers are.
  const family = name.endsWith('-maas') ? 'open' : (byPublisher.get(publisher) ?? 'open');
  if (family === 'open')
    return { family, resource: `${encodeModel(place)}endpoints/openapi`, name, wireModel: `${publisher}/${name}` };
  const resource = `${encodeModel(place)}publishers/${publishers[family]}/models/${encodeModel(name)}`;
  // https://docs.mistral.ai/deployment/cloud/vertex/ : the body names the model without its version.
  return { family, resource, name, wireModel: name.split('@')[0] };
}

function onEndpoint(family: ModelFamily, id: string, place: string): VertexModel {
  return { family, resource: `${encodeModel(place)}endpoints/${encodeModel(id)}`, name: id, wireModel: undefined };
}
