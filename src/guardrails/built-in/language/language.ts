/** Lets pass what is written in some languages, or all but some. */
import { z } from 'zod';
import type { GuardedText, Guardrail, GuardrailType } from '../../guardrail.js';
import { GuardrailMistake, pass } from '../../guardrail.js';
import { detectLanguage } from './detect-language.lazy.js';

/** ISO 639-1 codes of the languages that can be told apart. */
const languages: readonly string[] = (
  'am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no or pa ' +
  'pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh'
).split(' ');

const codes = z.array(z.string().trim().toLowerCase()).min(1).optional();

const languageParameters = z.object({
  /** ISO 639-1 codes. Others are blocked. */
  allowed_languages: codes,
  /** Blocked, where all others pass. */
  denied_languages: codes,
  /** Texts of fewer characters pass: their language cannot be told. */
  min_chars: z.number().int().min(1).default(25),
  /** Whose texts of a request are looked at. */
  roles: z
    .array(z.enum(['system', 'user', 'assistant', 'tool']))
    .min(1)
    .default(['user']),
});

type LanguageParameters = z.infer<typeof languageParameters>;

function checkCodes(parameters: LanguageParameters): void {
  const { allowed_languages: allowed, denied_languages: denied } = parameters;
  if ((allowed === undefined) === (denied === undefined)) {
    throw new GuardrailMistake('', 'needs one of `allowed_languages` and `denied_languages`, and not both.');
  }
  for (const list of ['allowed_languages', 'denied_languages'] as const) {
    for (const [place, code] of (parameters[list] ?? []).entries()) {
      if (languages.includes(code)) continue;
      throw new GuardrailMistake(
        `${list}[${place}]`,
        `is no language that can be told here. Those are: ${languages.join(', ')}.`,
      );
    }
  }
}

/** A long text is looked at in so many places, each of so many characters. */
const mostSamples = 5;
const sampleChars = 800;

function samplesOf(text: string): string[] {
  if (text.length <= sampleChars) return [text];
  const count = Math.min(mostSamples, Math.ceil(text.length / sampleChars));
  const stride = (text.length - sampleChars) / (count - 1);
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor(stride * at);
    return text.slice(from, from + sampleChars);
  });
}

/** The language of most of a text; none where it cannot be told. */
async function languageOf(text: string): Promise<string | undefined> {
  const votes = new Map<string, number>();
  let most: string | undefined;
  for (const sample of samplesOf(text)) {
    const language = await detectLanguage(sample);
    if (language === undefined) continue;
    votes.set(language, (votes.get(language) ?? 0) + 1);
    if (most === undefined || (votes.get(language) ?? 0) > (votes.get(most) ?? 0)) most = language;
  }
  return most;
}

function createLanguage(parameters: LanguageParameters): Guardrail {
  checkCodes(parameters);
  const { allowed_languages: allowed, denied_languages: denied, min_chars: leastChars, roles } = parameters;
  const passes = (language: string): boolean => allowed?.includes(language) ?? denied?.includes(language) !== true;
  const advice = allowed === undefined ? 'Write in another one.' : `Write in one of: ${allowed.join(', ')}.`;
  const isRead = ({ text, isJson }: GuardedText): boolean => isJson !== true && text.trim().length >= leastChars;

  return {
    stream: { by: 'segment', chars: sampleChars },
    async check({ texts, direction }) {
      const read = texts.filter((text) => isRead(text) && (direction === 'answer' || roles.includes(text.role)));
      const counts = new Map<string, number>();
      for (const { text } of read) {
        const language = await languageOf(text);
        if (language !== undefined && !passes(language)) counts.set(language, (counts.get(language) ?? 0) + 1);
      }
      if (counts.size === 0) return pass;
      const names = [...counts.keys()].join(', ');
      const reason =
        direction === 'request'
          ? `it is written in a language that is not served here (${names}). ${advice}`
          : `the answer was written in a language that is not served here (${names}).`;
      return {
        action: 'block',
        findings: [...counts].map(([language, count]) => ({ kind: `language_${language}`, count })),
        reason,
      };
    },
  };
}

export const languageGuardrail: GuardrailType<LanguageParameters> = {
  id: 'language',
  parameters: languageParameters,
  create: createLanguage,
};
