import { providerRegistry } from '../core/providers/registry.js';
import type { Deployment } from '../core/spec/index.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import { probeRequest, type ProbeRequest } from './probe-request.js';

function deployment(model: string, modelInfo: Deployment['modelInfo'] = {}, provider = 'openai'): Deployment {
  const definition = providerRegistry.find(provider);
  if (!definition) throw new Error(`There is no provider ${provider}.`);
  return madeUpDeployment({ provider: definition, model, modelInfo });
}

function asked(...given: Parameters<typeof probeRequest>): ProbeRequest {
  const probe = probeRequest(...given);
  if ('reason' in probe) throw new Error(probe.reason);
  return probe;
}

const reasonOf = (...given: Parameters<typeof probeRequest>): unknown => Reflect.get(probeRequest(...given), 'reason');

describe('the request of a health check', () => {
  it.each([
    ['gpt-4o', 'openai', 'chat'],
    ['text-embedding-3-small', 'openai', 'embedding'],
    ['whisper-1', 'openai', 'audio_transcription'],
    ['tts-1', 'openai', 'audio_speech'],
    ['rerank-v3.5', 'cohere', 'rerank'],
    ['a-model-of-our-own', 'openai', 'chat'],
  ])('%s of %s is asked as what the price table says: %s', (model, provider, mode) => {
    expect(asked(deployment(model, {}, provider)).mode).toBe(mode);
  });

  it('takes the operator’s word for what the model does', () => {
    expect(asked(deployment('gpt-4o', { mode: 'responses' }))).toMatchObject({
      mode: 'responses',
      body: { max_output_tokens: 16 },
      timeoutMs: 60_000,
    });
  });

  it('limits the answer by the name that the provider takes', () => {
    expect(asked(deployment('gpt-4o')).body).toMatchObject({ max_completion_tokens: 16 });
    const { body } = asked(deployment('mistral-small-latest', { health_check_max_tokens: 3 }, 'mistral'));
    expect(body['max_tokens'] ?? body['max_completion_tokens']).toBe(3);
  });

  it('takes time, members and model from `model_info`', () => {
    const info = {
      health_check_timeout: 2.5,
      health_check_params: { user: 'probe' },
      health_check_model: 'openai/gpt-4o-mini',
    };
    const probe = asked(deployment('*', info));
    expect([probe.timeoutMs, probe.body['user'], probe.deployment.model]).toEqual([2_500, 'probe', 'gpt-4o-mini']);
    expect(asked(deployment('*', { health_check_model: 'gpt-4o-mini' })).deployment.model).toBe('gpt-4o-mini');
  });

  it('asks nothing of a pattern, nor of a mode that it cannot check', () => {
    expect(reasonOf(deployment('*'))).toContain('health_check_model');
    expect(reasonOf(deployment('x', { mode: 'video_generation' }))).toContain('video_generation');
    expect(reasonOf(deployment('x', { mode: 'constructor' }))).toContain('constructor');
  });

  it('makes a picture only where somebody has asked for it', () => {
    expect(reasonOf(deployment('gpt-image-1'))).toContain('health_check_params');
    expect(asked(deployment('gpt-image-1', { health_check_params: { size: '256x256' } })).body).toMatchObject({
      size: '256x256',
    });
    expect(asked(deployment('gpt-image-1'), { mode: 'image_generation' }).mode).toBe('image_generation');
    expect(asked(deployment('gpt-image-1'), { params: { n: 1 } }).mode).toBe('image_generation');
  });

  it('goes by the mode and the members that a request names', () => {
    const probe = asked(deployment('gpt-4o', { health_check_params: { user: 'probe' } }), {
      mode: 'embedding',
      params: { user: 'me' },
    });
    expect([probe.mode, probe.body['user']]).toEqual(['embedding', 'me']);
  });

  it('has a second of silence for models that listen', () => {
    const { file } = asked(deployment('whisper-1')).body as { file: { bytes: Buffer; name: string } };
    expect(file.name).toBe('silence.wav');
    expect([file.bytes.toString('latin1', 0, 4), file.bytes.toString('latin1', 8, 16)]).toEqual(['RIFF', 'WAVEfmt ']);
    expect([file.bytes.length, file.bytes.readUInt32LE(4), file.bytes.readUInt32LE(40)]).toEqual([
      16_044, 16_036, 16_000,
    ]);
  });
});
