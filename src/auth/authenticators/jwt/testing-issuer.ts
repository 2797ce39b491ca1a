/** An identity provider of the tests' own: its keys, its tokens, and how often it was asked. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { toJwtSettings, type JwtSettings } from '../../../config/jwt-settings.js';
import { jwtAuthSchema } from '../../../config/schema/jwt.schema.js';

export const issuerName = 'https://login.example.com';
export const audienceName = 'tollgate';

export class TestingIssuer {
  readonly asked: string[] = [];
  isAway = false;
  keys: { kid: string; publicKey: KeyObject; privateKey: KeyObject }[] = [];

  constructor(readonly name = issuerName) {
    this.rotate('k1');
  }

  /** From now on its only key. */
  rotate(kid: string): void {
    this.keys = [{ kid, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }];
  }

  readonly fetchJson = (url: string): Promise<unknown> => {
    this.asked.push(url);
    if (this.isAway) return Promise.reject(new Error('away'));
    if (url.endsWith('/.well-known/openid-configuration')) {
      return Promise.resolve({ issuer: this.name, jwks_uri: `${this.name}/keys` });
    }
    const keys = this.keys.map(({ kid, publicKey }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      use: 'sig',
      alg: 'RS256',
    }));
    return Promise.resolve({ keys });
  };

  token(claims: Readonly<Record<string, unknown>>, header: Readonly<Record<string, unknown>> = {}): string {
    const [first] = this.keys;
    if (!first) throw new Error('no key');
    return signed({ alg: 'RS256', typ: 'JWT', kid: first.kid, ...header }, claims, (data) =>
      sign('RSA-SHA256', data, first.privateKey),
    );
  }
}

/** @param header and `claims` as objects, or as the JSON text itself */
export function signed(header: object | string, claims: object | string, signature: (data: Buffer) => Buffer): string {
  const parts = [header, claims].map((part) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'),
  );
  const data = parts.join('.');
  return `${data}.${signature(Buffer.from(data)).toString('base64url')}`;
}

export function settingsOf(wire: object, environment: Readonly<Record<string, string>> = {}): JwtSettings {
  return toJwtSettings(jwtAuthSchema.parse(wire), environment);
}
