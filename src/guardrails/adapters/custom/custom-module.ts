/** Finds the module behind `guardrail: file.MyGuardrail`, which only the configuration file may name. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OperatorFunction } from '../../../config/token-auth-settings.js';
import { GuardrailMistake } from '../../guardrail.js';

const extensions = ['.mjs', '.js', '.cjs'] as const;
const dotted = /^((?:\.{0,2}\/)?[\w/-]+)\.([A-Za-z_$][\w$]*)$/;
const withHash = /^(.+\.[cm]?js)#([A-Za-z_$][\w$]*)$/;

/** Whether it may name a class of the operator's own: `file.MyGuardrail` or `./file.mjs#MyGuardrail`. */
export function namesCustomGuardrail(written: string): boolean {
  return dotted.test(written) || withHash.test(written);
}

/**
 * @param folder that of the configuration file
 * @throws GuardrailMistake where there is no such module
 */
export function findCustomModule(written: string, folder: string): OperatorFunction {
  const [, exact, exactName] = withHash.exec(written) ?? [];
  if (exact !== undefined && exactName !== undefined) {
    const file = path.resolve(folder, exact);
    if (existsSync(file)) return { file, exportName: exactName };
    throw new GuardrailMistake('guardrail', `there is no ${file}. Write the path relative to the configuration file.`);
  }
  const [, stem, exportName] = dotted.exec(written) ?? [];
  if (stem === undefined || exportName === undefined) {
    throw new GuardrailMistake('guardrail', 'names no class. Write for example `my_guardrails.MyGuardrail`.');
  }
  const base = path.resolve(folder, stem);
  const file = extensions.map((extension) => base + extension).find((each) => existsSync(each));
  if (file !== undefined) return { file, exportName };
  const message = existsSync(`${base}.py`)
    ? `${base}.py is a Python module, which cannot be loaded here. Write the class in JavaScript, as ${base}.mjs.`
    : `is no type of guardrail, and there is no ${base}.mjs. Take a type of docs/guardrails, or write the module beside the configuration file.`;
  throw new GuardrailMistake('guardrail', message);
}
