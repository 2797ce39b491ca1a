/** Where a Redis is and how one signs in to it, whatever it is for. */

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export type RedisAddress =
  | ({ readonly kind: 'single' } & RedisNode)
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisNode[];
      readonly service: string;
      readonly sentinelPassword: string | undefined;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] };

export interface RedisLogin {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly tls: boolean;
}

/** A name or a password as it stands in a URL; undefined for none. */
export function decodedPart(part: string | undefined): string | undefined {
  if (part === undefined || part === '') return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    // A `%` that encodes nothing stands for itself.
    return part;
  }
}
