/** Regions and hosts of AWS: from settings, from addresses, and from the names of resources. */
// https://docs.aws.amazon.com/general/latest/gr/bedrock.html

type Settings = Readonly<Record<string, unknown>>;

/** Where neither the configuration nor the environment names one. */
const defaultRegion = 'us-west-2';
const regionPattern = '[a-z]{2}(?:-[a-z]+)+-\\d{1,2}';
const isRegion = new RegExp(`^${regionPattern}$`);
const regionInHost = new RegExp(`\\.(${regionPattern})\\.(?:vpce\\.|api\\.)?(?:amazonaws|aws)`);
const regionInResource = new RegExp(`arn(?::|%3A)[a-z-]+(?::|%3A)[a-z]+(?::|%3A)(${regionPattern})(?::|%3A)`, 'i');

export const regionVariables = ['AWS_REGION_NAME', 'AWS_REGION', 'AWS_DEFAULT_REGION'];

export function readSetting(settings: Settings, ...names: readonly string[]): string | undefined {
  const value = names.map((name) => settings[name]).find((each) => typeof each === 'string' && each.trim() !== '');
  return typeof value === 'string' ? value.trim() : undefined;
}

/** The configured region; undefined for one that is none, as it becomes part of a host name. */
export function configuredRegion(settings: Settings): string | undefined {
  const region = readSetting(settings, 'aws_region_name', 'region_name') ?? defaultRegion;
  return isRegion.test(region) ? region : undefined;
}

/** `https://bedrock-runtime.us-east-1.amazonaws.com` for the service `bedrock-runtime`. */
export function serviceOrigin(service: string, region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** The region of a resource, of the place before a model's name, or of anything that names one as its ARN does. */
export function regionOfResource(name: string): string | undefined {
  return regionInResource.exec(name)?.[1];
}

/** What a request is signed for: its own host knows best, then the resource in its path, then the configuration. */
export function signingRegion(request: { readonly origin: string; readonly path: string }, settings: Settings): string {
  return (
    regionInHost.exec(request.origin)?.[1] ??
    regionOfResource(request.path) ??
    configuredRegion(settings) ??
    defaultRegion
  );
}

/** AWS's own host in another region; any other host, such as a proxy or a private endpoint, as it is. */
export function inRegion(origin: string, region: string | undefined): string {
  if (region === undefined || /\.vpce\./.test(origin) || !regionInHost.test(origin)) return origin;
  return origin.replace(regionInHost, (found, old: string) => found.replace(old, region));
}

/** True for what stands where a region stands: `us-east-1`. */
export function isRegionName(text: string): boolean {
  return isRegion.test(text);
}
