/** What Model Armor says of a text. */
// https://cloud.google.com/security-command-center/docs/reference/model-armor/rest/v1/SanitizationResult
import { z } from 'zod';

const match = z.object({ matchState: z.string().nullish() }).nullish();

const filterResult = z.object({
  raiFilterResult: z
    .object({ matchState: z.string().nullish(), raiFilterTypeResults: z.record(z.string(), match).nullish() })
    .nullish(),
  piAndJailbreakFilterResult: match,
  maliciousUriFilterResult: match,
  csamFilterFilterResult: match,
  virusScanFilterResult: match,
  sdpFilterResult: z
    .object({
      inspectResult: match,
      deidentifyResult: z
        .object({ matchState: z.string().nullish(), data: z.object({ text: z.string() }).nullish() })
        .nullish(),
    })
    .nullish(),
});

export const sanitizeAnswer = z.object({
  sanitizationResult: z.object({
    filterMatchState: z.enum(['NO_MATCH_FOUND', 'MATCH_FOUND']),
    invocationResult: z.enum(['SUCCESS', 'PARTIAL', 'FAILURE']),
    filterResults: z.record(z.string(), filterResult).default({}),
  }),
});

type FilterResult = z.output<typeof filterResult>;

export interface Sanitized {
  /** Filters that match; none where nothing does. */
  readonly kinds: readonly string[];
  /** The text without what was found, where that is all that was found. */
  readonly deidentified: string | undefined;
}

/** Null where nothing was found and not all filters have looked: nobody knows what the others would have said. */
export function readSanitized({ sanitizationResult: result }: z.output<typeof sanitizeAnswer>): Sanitized | null {
  const matched = Object.entries(result.filterResults).flatMap(([filter, each]) => kindsOf(filter, each));
  // Google's own examples have answers whose filters match while the sum of them says otherwise: the filters know.
  if (result.filterMatchState === 'NO_MATCH_FOUND' && matched.length === 0)
    return result.invocationResult === 'SUCCESS' ? { kinds: [], deidentified: undefined } : null;
  const sdp = Object.values(result.filterResults).find((each) => each.sdpFilterResult)?.sdpFilterResult;
  const isSdpAlone = matched.length > 0 && matched.every((kind) => kind === 'sdp');
  const isKnown = isSdpAlone && result.invocationResult === 'SUCCESS' && isMatch(sdp?.deidentifyResult);
  return {
    kinds: matched.length > 0 ? matched : ['match'],
    deidentified: isKnown ? sdp?.deidentifyResult?.data?.text : undefined,
  };
}

function kindsOf(filter: string, each: FilterResult): readonly string[] {
  const { raiFilterResult: rai, sdpFilterResult: sdp } = each;
  if (isMatch(rai)) {
    const types = Object.entries(rai?.raiFilterTypeResults ?? {}).filter(([, type]) => isMatch(type));
    return types.length > 0 ? types.map(([type]) => `rai:${type}`) : ['rai'];
  }
  const others = [
    each.piAndJailbreakFilterResult,
    each.maliciousUriFilterResult,
    each.csamFilterFilterResult,
    each.virusScanFilterResult,
    sdp?.inspectResult,
    sdp?.deidentifyResult,
  ];
  return others.some(isMatch) ? [filter] : [];
}

function isMatch(result: { readonly matchState?: string | null | undefined } | null | undefined): boolean {
  return result?.matchState === 'MATCH_FOUND';
}
