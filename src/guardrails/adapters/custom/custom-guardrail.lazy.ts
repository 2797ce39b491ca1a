/** Loads the operator's own guardrail from the module that the configuration file names; never from a request or a database row. */
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { GuardrailMistake, type GuardrailType } from '../../guardrail.js';
import { hookNames, hooksOf, type CustomClass } from './custom-class.js';
import { CustomGuardrail } from './custom-guardrail.js';
import { findCustomModule } from './custom-module.js';

type CustomParameters = Readonly<Record<string, unknown>>;

/**
 * A module is loaded once in the life of a process: changed code is used after a restart.
 *
 * @param written such as `my_guardrails.MyGuardrail`
 * @param folder that of the configuration file
 * @throws GuardrailMistake that says what is wrong with the module
 */
export async function loadCustomGuardrail(written: string, folder: string): Promise<GuardrailType<CustomParameters>> {
  const { file, exportName } = findCustomModule(written, folder);
  const exported = await exportedBy(file, exportName);
  if (hooksOf(exported).length === 0) {
    const message = `${file} exports no class \`${exportName}\` with one of the methods ${hookNames.join(', ')}.`;
    throw new GuardrailMistake('guardrail', message);
  }
  return {
    id: written,
    parameters: z.record(z.string(), z.unknown()),
    create: (parameters) => new CustomGuardrail(written, made(exported as CustomClass, parameters)),
  };
}

async function exportedBy(file: string, exportName: string): Promise<unknown> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new GuardrailMistake('guardrail', `${file} cannot be loaded: ${messageOf(error)}`);
  }
  return module[exportName];
}

function made(Class: CustomClass, parameters: CustomParameters): InstanceType<CustomClass> {
  try {
    return new Class(parameters);
  } catch (error) {
    throw new GuardrailMistake('', `the constructor of ${Class.name} throws: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
