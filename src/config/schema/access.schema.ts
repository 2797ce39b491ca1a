/** The settings of access and of what requests must say, in `general_settings`. */
import { z } from 'zod';
import { parseIpRange } from '../../core/transport/ip-address.js';
import { described, flag, text, textList } from './fields.js';

const addressRange = text().refine(
  (entry) => parseIpRange(entry.trim()) !== undefined,
  'expected an IP address or a range such as `10.20.0.0/16` or `fd00::/8`',
);
const route = text().refine(
  (entry) => /^(?:\/|\*$|[a-z_]+$)/.test(entry),
  'expected a path such as `/v1/chat/completions` or `/v1/*`, or a group such as `llm_api_routes`',
);
const headerName = text().refine(
  (name) => /^[\w!#$%&'*+.^`|~-]{1,200}$/.test(name),
  'expected the name of a header such as `x-user-id`',
);
const userHeader = z.looseObject({
  header_name: described(headerName, { description: 'The name of the header.' }),
  litellm_user_role: described(
    z
      .string()
      .refine(
        (role) => role === 'customer',
        'expected `customer`. A header cannot say which internal user calls: whoever has a key could write another one into it',
      ),
    { description: '`customer`: the header names the end user.' },
  ),
});

export const accessFields = {
  allowed_ips: described(z.array(addressRange).min(1, 'an empty list would let nobody in').optional(), {
    description: 'The only addresses and ranges that may call; public routes such as the probes are not held to it.',
    example: ['10.20.0.0/16', '2001:db8::/32'],
  }),
  use_x_forwarded_for: described(flag().default(false), {
    description: 'The client\'s address is read from `X-Forwarded-For` where the connection comes from one of `trusted_proxy_ranges`.', // prettier-ignore
    example: true,
    startOnly: true,
  }),
  trusted_proxy_ranges: described(z.array(addressRange).default([]), {
    description:
      'Addresses of the proxies in front of the gateway; nobody else is believed what `X-Forwarded-For` says.',
    example: ['10.0.0.0/24'],
    startOnly: true,
  }),
  allowed_routes: described(z.array(route).min(1, 'an empty list would serve nothing').optional(), {
    description: 'The only routes that are served, beside the public ones: paths, paths that end in `*`, groups.',
    example: ['llm_api_routes', '/key/info'],
  }),
  admin_only_routes: described(z.array(route).optional(), {
    description: 'Routes that proxy admins alone may call, whatever they are open to otherwise.',
    example: ['/v1/files', '/key/generate'],
  }),
  public_routes: described(z.array(route).default([]), {
    description: 'Routes of the data plane that are read (GET) without a key. What costs money or belongs to somebody stays closed.', // prettier-ignore
    example: ['/v1/models'],
  }),
  enforced_params: described(textList().default([]), {
    description: 'Members that the body of each model request must have; `metadata.generation_name` for one within another.', // prettier-ignore
    example: ['user', 'metadata.generation_name'],
  }),
  enforce_user_param: described(flag().default(false), {
    description: 'Each model request must say whom it is made for: `user`, or a header that names the end user.',
    example: true,
  }),
  reject_clientside_metadata_tags: described(flag().default(false), {
    description: 'Requests may not bring tags; those of the key, its team and its project count alone.',
    example: true,
  }),
  user_header_mappings: described(z.array(userHeader).default([]), {
    description: 'Headers that name the end user (`litellm_user_role: customer`); the first one that is there counts.',
    example: [{ header_name: 'x-user-id', litellm_user_role: 'customer' }],
  }),
  user_header_name: described(headerName.optional(), {
    description: 'A header that names the end user, where `user_header_mappings` names none.',
    example: 'x-user-id',
  }),
} as const;

export type WireAccessSettings = z.output<z.ZodObject<typeof accessFields>>;
