/** Why a row of LiteLLM's is not brought; the message completes "not brought: ..." and holds no secret. */
export class NotImportable extends Error {
  override readonly name = 'NotImportable';
}
