/** Puts credentials into a request to AWS: a Bedrock API key as a bearer, or a signature by access keys. */
// https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
import { GatewayError } from '../../errors/gateway-error.js';
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';
import type { SigningContext } from '../../spec/provider.js';
import { signRequest, type AwsKeys } from './aws-signature.js';
import { signingRegion } from './aws-address.js';

type Authenticate = (
  request: OutboundRequest,
  credentials: Credentials,
  context: SigningContext,
) => OutboundRequest | Promise<OutboundRequest>;

/**
 * @param service the name that the service is signed under
 * @throws GatewayError (by `authenticate`) `upstream_authentication` where there are no credentials
 */
export function awsAuthentication(provider: string, service: string): Authenticate {
  return (request, credentials, { nowMs, settings }) => {
    const bearer = bearerOf(credentials);
    if (bearer !== undefined) return { ...request, headers: { ...request.headers, authorization: `Bearer ${bearer}` } };
    const keys = keysOf(credentials);
    if (keys) return signRequest(request, keys, { region: signingRegion(request, settings), service, nowMs });
    throw noCredentials(provider);
  };
}

/** A configured key before one that was found: those are told apart by their names. */
export function bearerOf({ apiKey, awsBearerToken }: Credentials): string | undefined {
  return apiKey ?? awsBearerToken;
}

export function keysOf({ awsAccessKeyId, awsSecretAccessKey, awsSessionToken }: Credentials): AwsKeys | undefined {
  if (awsAccessKeyId === undefined || awsSecretAccessKey === undefined) return undefined;
  return {
    accessKeyId: awsAccessKeyId,
    secretAccessKey: awsSecretAccessKey,
    ...(awsSessionToken !== undefined && { sessionToken: awsSessionToken }),
  };
}

export function noCredentials(provider: string): GatewayError {
  const message =
    'AWS: there are no credentials. Set `aws_access_key_id` and `aws_secret_access_key`, `aws_role_name`, `aws_profile_name` or `api_key`.';
  return new GatewayError('upstream_authentication', { message, provider });
}
