/** An identity provider on loopback: it publishes its keys, signs tokens, and vouches for opaque ones. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestingIssuer } from '../../../src/auth/authenticators/jwt/testing-issuer.js';

export class IdentityProvider {
  /** What introspection says of opaque tokens. */
  readonly introspected: Record<string, object> = {};

  private constructor(
    private readonly server: Server,
    readonly issuer: TestingIssuer,
    /** Its address, and the `iss` of its tokens. */
    readonly base: string,
  ) {}

  static async start(): Promise<IdentityProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new IdentityProvider(server, new TestingIssuer(base), base);
    server.on('request', (request, response) => {
      let body = '';
      request
        .setEncoding('utf8')
        .on('data', (part: string) => (body += part))
        .on('end', () => void provider.answer(request.url ?? '', body).then((text) => response.end(text)));
    });
    return provider;
  }

  /** For the audience `tollgate`, good for ten minutes, whatever the claims do not say otherwise. */
  token(claims: object): string {
    return this.issuer.token({
      iss: this.base,
      aud: 'tollgate',
      exp: Math.floor(Date.now() / 1_000) + 600,
      ...claims,
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(url: string, body: string): Promise<string> {
    if (url !== '/introspect') return JSON.stringify(await this.issuer.fetchJson(this.base + url));
    return JSON.stringify(this.introspected[new URLSearchParams(body).get('token') ?? ''] ?? { active: false });
  }
}
