/** Where each model of Stability's lies: what makes pictures, what changes them, what makes them larger. */
// https://platform.stability.ai/docs/api-reference
const generators: Readonly<Record<string, string>> = {
  core: 'generate/core',
  'stable-image-core': 'generate/core',
  ultra: 'generate/ultra',
  'stable-image-ultra': 'generate/ultra',
};
const editors: Readonly<Record<string, string>> = {
  conservative: 'upscale/conservative',
  creative: 'upscale/creative',
  erase: 'edit/erase',
  fast: 'upscale/fast',
  inpaint: 'edit/inpaint',
  outpaint: 'edit/outpaint',
  'remove-background': 'edit/remove-background',
  'replace-background-and-relight': 'edit/replace-background-and-relight',
  'search-and-recolor': 'edit/search-and-recolor',
  'search-and-replace': 'edit/search-and-replace',
  sketch: 'control/sketch',
  structure: 'control/structure',
  style: 'control/style',
  'style-transfer': 'control/style-transfer',
};

export interface ModelPath {
  /** Below `/v2beta/stable-image`. */
  readonly path: string;
  /** A member of the form, for paths that serve several models. */
  readonly model?: string;
}

/** Undefined for a name that is none of Stability's. */
export function modelPath(name: string): ModelPath | undefined {
  if (/^sd3(?:\.5)?(?:-|$)/.test(name)) return { path: 'generate/sd3', ...(name !== 'sd3' && { model: name }) };
  const path = ownMember(generators, name) ?? ownMember(editors, name);
  return path === undefined ? undefined : { path };
}

export function isEditor(name: string): boolean {
  return ownMember(editors, name) !== undefined;
}

function ownMember(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
