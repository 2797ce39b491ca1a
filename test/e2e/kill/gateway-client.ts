/** Asks a gateway over HTTP, as one caller. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

export class GatewayClient {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  as(key: string): GatewayClient {
    return new GatewayClient(this.url, key);
  }

  get(path: string): Promise<Answer> {
    return this.#ask(path, { method: 'GET' });
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.#ask(path, { method: 'POST', body: JSON.stringify(body) });
  }

  chat(model: string, rest: object = {}): Promise<Answer> {
    return this.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }], ...rest });
  }

  /** Names of the models that the key may use. */
  async models(): Promise<string[]> {
    const { data } = (await this.get('/v1/models')).json;
    return (data as readonly { id: string }[]).map(({ id }) => id);
  }

  /** A new virtual key. */
  async generateKey(body: object = {}): Promise<string> {
    const answer = await this.post('/key/generate', body);
    if (answer.status !== 200) throw new Error(`/key/generate: ${answer.status} ${answer.text}`);
    return String(answer.json['key']);
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' };
    const response = await fetch(this.url + path, { ...init, headers });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text) as Record<string, unknown>;
      },
    };
  }
}
