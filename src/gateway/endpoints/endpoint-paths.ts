/** The paths of an endpoint: with and without the version, and as Azure's clients write them, with the model in the path. */
export function pathsOf(endpoint: string): string[] {
  const deployment = `openai/deployments/:model/${endpoint}`;
  return [`v1/${endpoint}`, endpoint, deployment, `v1/${deployment}`];
}
