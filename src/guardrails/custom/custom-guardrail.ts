/** Guardrails that operators write themselves: a class out of a module that the configuration file names. Requests and rows name none. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { HookGuardrail } from '../adapters/litellm-hooks/hook-guardrail.js';
import { hasHooks, type CustomHooks } from '../adapters/litellm-hooks/hooks.js';
import {
  GuardrailMistake,
  type Guardrail,
  type GuardrailSurroundings,
  type GuardrailType,
  type StreamReading,
  type Verdict,
} from '../guardrail.js';
import { loadOperatorModule } from './operator-module.lazy.js';

const customParameters = z.object({
  /** `./no-names.mjs#NoNames`; without `#`, the module's default export. */
  module_file: z.string().min(1),
  /** For the class's constructor. */
  parameters: z.record(z.string(), z.unknown()).default({}),
});

type CustomParameters = z.output<typeof customParameters>;

const streamReading = z.discriminatedUnion('by', [
  z.object({ by: z.literal('window'), holdBackChars: z.number().int().min(1) }),
  z.object({ by: z.literal('segment'), chars: z.number().int().min(1) }),
  z.object({ by: z.literal('answer') }),
]);

const findings = z.array(z.object({ kind: z.string(), count: z.number().int().min(0) })).default([]);

const verdict = z.discriminatedUnion('action', [
  z.object({ action: z.literal('pass') }),
  z.object({
    action: z.literal('mask'),
    findings,
    texts: z.array(z.string()),
    originals: z.map(z.string(), z.string()).optional(),
  }),
  z.object({ action: z.literal('block'), findings, reason: z.string() }),
  z.object({ action: z.literal('route'), findings, model: z.string().min(1) }),
]);

interface OwnGuardrail {
  readonly stream?: unknown;
  readonly check: Guardrail['check'];
}

type OwnClass = new (
  parameters: Readonly<Record<string, unknown>>,
  surroundings: GuardrailSurroundings,
) => Partial<OwnGuardrail>;

export const customGuardrail: GuardrailType<CustomParameters> = {
  id: 'custom',
  parameters: customParameters,
  create({ module_file: written, parameters }, surroundings) {
    const made = instantiate(loadClass(written), parameters, surroundings);
    if (made.hooks) return new HookGuardrail('custom', made.hooks);
    return {
      stream: made.stream,
      async check(content, context) {
        const given = await settled(() => made.own.check(content, context));
        return checked(given, content.texts.length);
      },
    };
  },
};

/** Loaded at once and not later, so that a mistake in it is found before anything is served. */
function loadClass(written: string): OwnClass {
  const [file = '', name = 'default'] = written.split('#');
  if (!/\.[cm]?js$/.test(file))
    throw mistake('is no JavaScript module. Write for example `./no-names.mjs#NoNames`: Python cannot be loaded here.');
  if (!existsSync(file)) throw mistake(`there is no ${file}. Write the path relative to the configuration file.`);
  const loaded = load(file);
  const found = name === 'default' && typeof loaded === 'function' ? loaded : exportOf(loaded, name);
  if (typeof found !== 'function')
    throw mistake(`${file} has no class \`${name}\`. Name one that it exports: \`${file}#NAME\`.`);
  return found as OwnClass;
}

function load(file: string): unknown {
  try {
    return loadOperatorModule(file);
  } catch (error) {
    throw mistake(
      `${file} cannot be loaded (${messageOf(error)}). Correct it; it must not wait for anything (\`await\`) while it loads.`,
    );
  }
}

function exportOf(loaded: unknown, name: string): unknown {
  return typeof loaded === 'object' && loaded !== null ? (Reflect.get(loaded, name) as unknown) : undefined;
}

function instantiate(
  Own: OwnClass,
  parameters: Readonly<Record<string, unknown>>,
  surroundings: GuardrailSurroundings,
): { readonly own: OwnGuardrail; readonly stream: StreamReading; readonly hooks?: CustomHooks } {
  let own: Partial<OwnGuardrail>;
  try {
    own = new Own(parameters, surroundings);
  } catch (error) {
    if (error instanceof GuardrailMistake) throw error;
    throw new GuardrailMistake('parameters', `are refused by its class: ${messageOf(error)}`);
  }
  const hooks = typeof own.check !== 'function' && hasHooks(own) ? own : undefined;
  if (typeof own.check !== 'function' && !hooks)
    throw mistake('its class has neither a method `check(content, context)` nor a hook of LiteLLM’s. Add one.');
  const stream = streamReading.safeParse(own.stream ?? { by: 'answer' });
  if (!stream.success)
    throw mistake(
      'the `stream` of its class is none of `{by: "answer"}`, `{by: "segment", chars}` and `{by: "window", holdBackChars}`. Correct it.',
    );
  return { own: own as OwnGuardrail, stream: stream.data, ...(hooks && { hooks }) };
}

/** Whatever it throws, nobody has looked: what becomes of the request is not its business. */
async function settled(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw unable(messageOf(error), error);
  }
}

function checked(given: unknown, texts: number): Verdict {
  const read = verdict.safeParse(given);
  if (!read.success) throw unable('`check` returned what is no verdict');
  if (read.data.action !== 'mask') return read.data;
  const { originals, ...masked } = read.data;
  if (masked.texts.length !== texts) throw unable('`check` masked another number of texts than it was given');
  return originals === undefined ? masked : { ...masked, originals };
}

function unable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('guardrail_unavailable', { facts: { guardrail: 'custom' }, detail, cause });
}

function mistake(message: string): GuardrailMistake {
  return new GuardrailMistake('module_file', message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
