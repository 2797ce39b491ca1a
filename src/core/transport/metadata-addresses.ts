/** The addresses at which clouds hand out credentials to their own machines; reached for credential exchanges alone. */

/** Google Compute Engine, AWS EC2 (both families), AWS ECS, AWS EKS pod identity, Azure IMDS. */
export const metadataAddresses: readonly string[] = [
  '169.254.169.254',
  'fd00:ec2::254',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::23',
];

const metadataHosts: ReadonlySet<string> = new Set(['metadata.google.internal', ...metadataAddresses]);

/** True for an origin that only a cloud's own machine can reach. */
export function isMetadataOrigin(origin: string): boolean {
  const hostname = URL.parse(origin)?.hostname.replace(/^\[|\]$/g, '');
  return hostname !== undefined && metadataHosts.has(hostname);
}
