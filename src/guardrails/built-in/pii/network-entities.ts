/** Email addresses, links and IPv6 addresses: what stands around an `@` or a `:`. */
import { isIPv6 } from 'node:net';

export interface Found {
  readonly start: number;
  readonly end: number;
}

/** RFC 5321: so much before the `@`, so much after it. */
const longestLocalPart = 64;
const longestDomain = 255;

const isAsciiWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
/** Letters of other scripts may stand in addresses too (RFC 6531). */
const isInLabel = (code: number): boolean => isAsciiWord(code) || code === 45 || code > 0xbf;
const localPunctuation = new Set([...".!#$%&'*+/=?^_`{|}~-"].map((character) => character.charCodeAt(0)));
const isInLocalPart = (code: number): boolean => isAsciiWord(code) || localPunctuation.has(code) || code > 0xbf;
/** What a sentence or markup puts before an address. */
const notFirst = /^[.'`{|/=?*]+/;
const topLevel = /\.(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59}|[^\x00-\xbf]{2,24})$/i;

/** @param at the `@` */
export function findEmail(text: string, at: number): Found | undefined {
  let start = at;
  while (start > 0 && at - start < longestLocalPart && isInLocalPart(text.charCodeAt(start - 1))) start--;
  start += notFirst.exec(text.slice(start, at))?.[0].length ?? 0;
  if (start === at) return undefined;
  let end = at + 1;
  while (end < text.length && end - at <= longestDomain) {
    const code = text.charCodeAt(end);
    if (!isInLabel(code) && !(code === 46 && end + 1 < text.length && isInLabel(text.charCodeAt(end + 1)))) break;
    end++;
  }
  const domain = text.slice(at + 1, end).replace(/-+$/, '');
  if (!topLevel.test(domain) || domain.startsWith('.') || domain.startsWith('-')) return undefined;
  return { start, end: at + 1 + domain.length };
}

export const longestEmail = longestLocalPart + 1 + longestDomain;
export const longestUrl = 2048;

const linkStart = /(?:https?|ftps?|wss?):\/\/|www\./iy;
const afterLink = /[\s<>"'`{}|\\^]/g;
const sentencePunctuation = /[.,;:!?)\]*_]+$/;

/** @param start the first letter of the scheme, or of `www` */
export function findUrl(text: string, start: number): Found | undefined {
  linkStart.lastIndex = start;
  const scheme = linkStart.exec(text)?.[0];
  if (scheme === undefined) return undefined;
  const candidate = text.slice(start, start + longestUrl);
  afterLink.lastIndex = 0;
  const link = candidate
    .slice(0, afterLink.exec(candidate)?.index ?? candidate.length)
    .replace(sentencePunctuation, '');
  if (link.length <= scheme.length || (scheme.toLowerCase() === 'www.' && !link.slice(4).includes('.')))
    return undefined;
  return { start, end: start + link.length };
}

const ipv6Characters = /[\da-f:.]{2,45}/iy;
/** @param start its first digit or colon */
export function findIpv6(text: string, start: number): Found | undefined {
  ipv6Characters.lastIndex = start;
  const candidate = ipv6Characters.exec(text)?.[0].replace(/\.$|(?<!:):$/, '');
  // `::` is a scope operator of many languages: an address has a digit.
  if (candidate === undefined || !/\d/.test(candidate)) return undefined;
  return isIPv6(candidate) ? { start, end: start + candidate.length } : undefined;
}
