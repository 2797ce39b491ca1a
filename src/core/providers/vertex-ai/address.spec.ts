/** Addresses by settings, by configured bases, and by what the credentials add. */
import { fillProject, locate, methodPath, openAiPath, withoutUnknownProject } from './address.js';

const project = { vertex_project: 'acme' };

describe('locate', () => {
  it.each([
    [{ ...project }, 'https://us-central1-aiplatform.googleapis.com/v1/projects/acme/locations/us-central1'],
    [
      { ...project, vertex_location: 'europe-west4' },
      'https://europe-west4-aiplatform.googleapis.com/v1/projects/acme/locations/europe-west4',
    ],
    [{ ...project, vertex_location: 'global' }, 'https://aiplatform.googleapis.com/v1/projects/acme/locations/global'],
    [{ ...project, vertex_location: 'us' }, 'https://aiplatform.us.rep.googleapis.com/v1/projects/acme/locations/us'],
    [{ ...project, vertex_location: 'eu' }, 'https://aiplatform.eu.rep.googleapis.com/v1/projects/acme/locations/eu'],
    [
      { vertex_ai_project: 1234, vertex_ai_location: 'us-east5' },
      'https://us-east5-aiplatform.googleapis.com/v1/projects/1234/locations/us-east5',
    ],
    [{}, 'https://us-central1-aiplatform.googleapis.com/v1/projects/-/locations/us-central1'],
  ])('makes the address of %j', (settings, address) => {
    expect(locate(settings, undefined)).toBe(address);
  });

  it('prefers the names with ai, which come from the configuration, to those that the environment fills', () => {
    expect(locate({ vertex_project: 'environment', vertex_ai_project: 'configured' }, undefined)).toContain(
      '/projects/configured/',
    );
  });

  it('leads a key alone to express mode, and a key with a project or with credentials to the project', () => {
    expect(locate({}, undefined, { apiKey: 'key' })).toBe('https://aiplatform.googleapis.com/v1');
    expect(locate(project, undefined, { apiKey: 'key' })).toContain('/projects/acme/');
    expect(locate({}, undefined, { apiKey: 'key', vertexCredentials: '{}' })).toContain('/projects/-/');
    expect(locate({}, undefined, { apiKey: 'ya29.token' })).toContain('/projects/-/');
    expect(locate({}, 'https://proxy.example', { apiKey: 'key' })).toContain('https://proxy.example/');
  });

  it.each(['evil.example/', 'us-central1@evil.example', 'a b', '../x'])('refuses the location %j', (location) => {
    expect(locate({ ...project, vertex_location: location }, undefined)).toBeUndefined();
  });

  it('lets no project climb out of the path', () => {
    expect(locate({ vertex_project: '../../x' }, undefined)).not.toContain('..');
  });

  it.each([
    ['https://proxy.example', 'https://proxy.example/v1/projects/acme/locations/us-central1'],
    ['https://proxy.example/v1beta1/', 'https://proxy.example/v1beta1/projects/acme/locations/us-central1'],
    ['https://proxy.example/vertex', 'https://proxy.example/vertex/v1/projects/acme/locations/us-central1'],
    ['https://h.example/v1/projects/p/locations/l', 'https://h.example/v1/projects/p/locations/l'],
    ['https://h.example/v1/publishers/google', 'https://h.example/v1/publishers/google'],
  ])('completes the configured base %s', (configured, address) => {
    expect(locate(project, configured)).toBe(address);
  });
});

describe('methodPath', () => {
  const location = '/v1/projects/p/locations/l';
  const resource = 'publishers/google/models/gemini-2.5-flash';
  it.each([
    [location, resource, `${location}/${resource}:generateContent`],
    [`${location}/publishers/google`, resource, `${location}/${resource}:generateContent`],
    [`${location}/publishers/google/models`, resource, `${location}/${resource}:generateContent`],
    [`${location}/${resource}`, 'publishers/google/models/other', `${location}/${resource}:generateContent`],
    [`${location}/${resource}:streamGenerateContent`, resource, `${location}/${resource}:generateContent`],
    [`${location}/endpoints/9`, resource, `${location}/endpoints/9:generateContent`],
    [location, 'endpoints/123', `${location}/endpoints/123:generateContent`],
    [location, 'projects/q/locations/m/endpoints/9', '/v1/projects/q/locations/m/endpoints/9:generateContent'],
  ])('below %s for %s is %s', (base, name, path) => {
    expect(methodPath(base, name, 'generateContent')).toBe(path);
  });
});

describe('openAiPath', () => {
  const location = '/v1/projects/p/locations/l';
  it.each([
    [location, 'endpoints/openapi', `${location}/endpoints/openapi/chat/completions`],
    [`${location}/endpoints/openapi`, 'endpoints/openapi', `${location}/endpoints/openapi/chat/completions`],
    [`${location}/endpoints/77`, 'endpoints/openapi', `${location}/endpoints/77/chat/completions`],
    [
      `${location}/endpoints/openapi/chat/completions`,
      'endpoints/openapi',
      `${location}/endpoints/openapi/chat/completions`,
    ],
  ])('below %s for %s is %s', (base, name, path) => {
    expect(openAiPath(base, name, '/chat/completions')).toBe(path);
  });
});

describe('the project', () => {
  const path = '/v1/projects/-/locations/us-central1/publishers/google/models/m:predict';
  it('is filled in where only the credentials know it', () => {
    expect(fillProject(path, 'acme')).toBe(path.replace('/-/', '/acme/'));
    expect(fillProject(path, undefined)).toBeUndefined();
  });
  it('stays as configured', () => {
    expect(fillProject('/v1/projects/p/locations/l/x', 'acme')).toBe('/v1/projects/p/locations/l/x');
  });
  it('is left out with the location for a key alone', () => {
    expect(withoutUnknownProject(path)).toBe('/v1/publishers/google/models/m:predict');
  });
});
