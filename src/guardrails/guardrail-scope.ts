/** What the gateway does around a guardrail of any kind: which texts it is shown, what a finding leads to, and further attempts. */
import type { GuardrailScan } from '../config/guardrail-entry.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { GuardedContent, GuardedText, Guardrail, GuardrailContext, Verdict } from './guardrail.js';
import { pass } from './guardrail.js';

/** The guardrail itself where nothing is asked of it beyond its own work. */
export function withScope(guardrail: Guardrail, scan: GuardrailScan, retries: number): Guardrail {
  const tried = retries > 0 ? withRetries(guardrail, retries) : guardrail;
  const scoped = scan.skipsSystem || scan.onlyNew ? withSelection(tried, scan) : tried;
  return scan.routeTo === undefined ? scoped : withRoute(scoped, scan.routeTo);
}

function withRetries(guardrail: Guardrail, retries: number): Guardrail {
  return {
    stream: guardrail.stream,
    async check(content, context) {
      for (let left = retries; ; left -= 1) {
        try {
          return await guardrail.check(content, context);
        } catch (error) {
          const isAway = error instanceof GatewayError && error.code === 'guardrail_unavailable';
          if (!isAway || left === 0 || context.signal.aborted) throw error;
        }
      }
    },
  };
}

function withSelection(guardrail: Guardrail, scan: GuardrailScan): Guardrail {
  return {
    stream: guardrail.stream,
    check(content, context) {
      if (content.direction === 'answer') return guardrail.check(content, context);
      const places = selected(content.texts, scan);
      const texts = places.flatMap((place) => content.texts[place] ?? []);
      if (texts.length === 0 && content.tools.length === 0 && content.toolCalls.length === 0) return pass;
      const back = (verdict: Verdict): Verdict => inAllPlaces(verdict, content, places);
      return mapVerdict(guardrail.check({ ...content, texts }, context), back);
    },
  };
}

/** The places of the texts that are looked at. */
function selected(texts: readonly GuardedText[], { skipsSystem, onlyNew }: GuardrailScan): number[] {
  // What the caller puts into the model's mouth at the end hides nothing that stands before it.
  const lastOfOthers = texts.findLastIndex(({ role }) => role !== 'assistant');
  const lastOfModel = onlyNew ? texts.slice(0, lastOfOthers + 1).findLastIndex(({ role }) => role === 'assistant') : -1;
  return texts.flatMap(({ role }, place) => {
    const isLeftOut = place <= lastOfModel ? role !== 'system' || skipsSystem : skipsSystem && role === 'system';
    return isLeftOut ? [] : [place];
  });
}

/** A mask speaks of the texts that were shown: the others stay as they are. */
function inAllPlaces(verdict: Verdict, content: GuardedContent, places: readonly number[]): Verdict {
  if (verdict.action !== 'mask') return verdict;
  const masked = new Map(places.map((place, index) => [place, verdict.texts[index]]));
  return { ...verdict, texts: content.texts.map(({ text }, place) => masked.get(place) ?? text) };
}

function withRoute(guardrail: Guardrail, model: string): Guardrail {
  const routed = (verdict: Verdict): Verdict =>
    verdict.action === 'mask' || verdict.action === 'block'
      ? { action: 'route', model, findings: verdict.findings }
      : verdict;
  return {
    stream: guardrail.stream,
    check(content: GuardedContent, context: GuardrailContext) {
      const verdict = guardrail.check(content, context);
      return content.direction === 'request' ? mapVerdict(verdict, routed) : verdict;
    },
  };
}

/** What is known at once stays known at once. */
function mapVerdict(
  verdict: Verdict | Promise<Verdict>,
  change: (verdict: Verdict) => Verdict,
): Verdict | Promise<Verdict> {
  return verdict instanceof Promise ? verdict.then(change) : change(verdict);
}
