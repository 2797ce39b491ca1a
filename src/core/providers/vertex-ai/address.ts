/** Where Vertex AI's requests go: hosts by location, and paths by project, publisher and model. */
// https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations and https://cloud.google.com/vertex-ai/docs/reference/rest
import type { Credentials } from '../../spec/outbound.js';
import { encodeModel } from '../openai-compatible/request-address.js';

type Settings = Readonly<Record<string, unknown>>;

const defaultLocation = 'us-central1';
const multiRegions: ReadonlySet<string> = new Set(['us', 'eu']);
/** Stands in paths for a project that only the credentials know; `fillProject` puts that in. */
const unknownProject = '/projects/-/locations/';

/**
 * The base of a project in a location; undefined for a location that is none.
 *
 * @param credentials a key alone, without a project, leads to express mode, which has one host and no locations
 */
export function locate(
  settings: Settings,
  configured: string | undefined,
  credentials?: Credentials,
): string | undefined {
  if (configured === undefined && isExpress(settings, credentials)) return 'https://aiplatform.googleapis.com/v1';
  const location = readSetting(settings, 'vertex_ai_location', 'vertex_location') ?? defaultLocation;
  // It becomes a part of a host name.
  if (!/^[a-z0-9-]+$/.test(location)) return undefined;
  const project = projectOf(settings) ?? '-';
  const resource = `projects/${encodeModel(project)}/locations/${location}`;
  if (configured === undefined) return `https://${hostOf(location)}/v1/${resource}`;
  const url = URL.parse(configured);
  if (url === null) return configured;
  const path = url.pathname.replace(/\/+$/, '');
  if (/\/(projects|publishers|endpoints)\//.test(`${path}/`)) return configured;
  const version = /\/v\d+((alpha|beta)\d+)?$/.test(path) ? '' : '/v1';
  return `${url.origin}${path}${version}/${resource}`;
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/overview */
function isExpress(settings: Settings, credentials: Credentials | undefined): boolean {
  if (projectOf(settings) !== undefined || !credentials?.apiKey || credentials.apiKey.startsWith('ya29.')) return false;
  return credentials['vertexCredentials'] === undefined && credentials['vertexAiCredentials'] === undefined;
}

function hostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com';
  if (multiRegions.has(location)) return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}

export function projectOf(settings: Settings): string | undefined {
  return readSetting(settings, 'vertex_ai_project', 'vertex_project');
}

function readSetting(settings: Settings, ...names: readonly string[]): string | undefined {
  const value = names.map((name) => settings[name]).find((each) => each !== undefined && each !== null && each !== '');
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : undefined;
}

/** The path of a method of a model; a base that names the model already, or the method too, is completed. */
export function methodPath(basePath: string, resource: string, method: string): string {
  const base = basePath.replace(/:[a-zA-Z]+$/, '');
  return `${namesModel(base) ? base : below(base, resource)}:${method}`;
}

/** The path of an OpenAI-shaped endpoint, such as `/chat/completions`, of a model. */
export function openAiPath(basePath: string, resource: string, endpointPath: string): string {
  if (basePath.endsWith(endpointPath)) return basePath;
  return /\/endpoints\/[^/]+$/.test(basePath)
    ? `${basePath}${endpointPath}`
    : `${below(basePath, resource)}${endpointPath}`;
}

function namesModel(base: string): boolean {
  return /\/(models|endpoints)\/[^/]+$/.test(base) && !base.endsWith('/endpoints/openapi');
}

function below(base: string, resource: string): string {
  // A whole resource name begins right after the version.
  if (resource.startsWith('projects/')) return `${base.replace(/\/(projects|publishers)\/.*$/, '')}/${resource}`;
  return `${base.replace(/\/publishers(\/[^/]+(\/models)?)?$|\/endpoints\/openapi$/, '')}/${resource}`;
}

/** The path with the project that the credentials named; undefined where it lacks one and none is known. */
export function fillProject(path: string, project: string | undefined): string | undefined {
  if (!path.includes(unknownProject)) return path;
  return project === undefined
    ? undefined
    : path.replace(unknownProject, `/projects/${encodeModel(project)}/locations/`);
}

/** Express mode knows neither project nor location: https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/overview */
export function withoutUnknownProject(path: string): string {
  return path.replace(/\/projects\/-\/locations\/[^/]+\//, '/');
}
