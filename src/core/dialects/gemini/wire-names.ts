/** Google's JSON may be written in camelCase and in snake_case; this reads either. */
import { isObject } from '../model-request.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The member by its camelCase name, or by the same in snake_case. */
export function member(object: unknown, name: string): unknown {
  if (!isObject(object)) return undefined;
  return object[name] ?? object[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

export function objectMember(object: unknown, name: string): JsonObject | undefined {
  const value = member(object, name);
  return isObject(value) ? value : undefined;
}

export function listMember(object: unknown, name: string): readonly unknown[] {
  const value = member(object, name);
  return Array.isArray(value) ? value : [];
}

export function textMember(object: unknown, name: string): string | undefined {
  const value = member(object, name);
  return typeof value === 'string' ? value : undefined;
}
