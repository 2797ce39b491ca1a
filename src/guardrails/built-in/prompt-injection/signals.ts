/** Signs that a text tries to take over a model: each with how much it says by itself. */

export interface Signal {
  readonly name: string;
  /** From 0, says nothing, to 1, says all. */
  readonly weight: number;
  /** Looked for in the text as a reader takes it: without case, accents and invisible characters. Gaps are bounded, so that time is linear. */
  readonly pattern: RegExp;
  /** Whether it is looked for in the text as written: folding takes the ends of lines for spaces, and Cyrillic letters for Latin ones. */
  readonly isAsWritten: boolean;
}

const rules = '(?:instructions?|rules?|prompts?|guidelines?|directions?|directives?|programming|restrictions)';
const earlier = '(?:previous|prior|above|earlier|preceding|foregoing|original|initial|your|system|existing)';

const signal = (name: string, weight: number, source: string): Signal => ({
  name,
  weight,
  pattern: new RegExp(source, 'm'),
  isAsWritten: source.startsWith('^') || /\p{Script=Cyrillic}/u.test(source),
});

export const signals: readonly Signal[] = [
  signal('override', 0.75, `\\b(?:ignore|disregard|forget|override|overrule|bypass|neglect|discard)\\b[^.!?\\n]{0,24}\\b${earlier}\\b[^.!?\\n]{0,24}\\b${rules}\\b`),
  signal('override', 0.5, `\\b(?:ignore|disregard|forget|override|bypass|discard) (?:all|any|every)\\b.{0,16}\\b${rules}\\b`),
  signal('override', 0.75, `\\b(?:do not|don't|stop|no longer)\\b.{0,12}\\b(?:follow|obey|adhere to|following|obeying)\\b.{0,24}\\b${earlier}\\b.{0,24}\\b${rules}\\b`),
  signal('override', 0.75, '\\b(?:ignorier|vergiss|missacht)\\w{0,4}\\b.{0,24}\\b(?:vorherige|bisherige|obige|vorige|fruhere|deine|alle)\\w{0,3}\\b.{0,24}\\b(?:anweisung|regel|instruktion|vorgabe)'),
  signal('override', 0.75, '\\b(?:ignor|oubli|neglig)\\w{0,4}\\b.{0,16}\\b(?:instructions|consignes|regles|directives)\\b.{0,16}\\b(?:precedentes|anterieures|ci-dessus|initiales)'),
  signal('override', 0.75, '\\b(?:ignor|olvid|descart)\\w{0,4}\\b.{0,20}\\b(?:instrucciones|instrucoes|reglas|regras|ordenes)\\b.{0,12}\\b(?:anteriores|previas|previos|acima|originales)'),
  signal('override', 0.75, '(?:忽略|无视|忘记|忽視|無視).{0,8}(?:之前|以上|先前|所有|上面).{0,8}(?:指令|指示|规则|規則|提示)'),
  signal('override', 0.75, '(?:игнорир|забуд|проигнорир).{0,20}(?:предыдущ|прежн|выше|все).{0,20}(?:инструкц|указан|правил)'),
  signal('reveal', 0.7, `\\b(?:reveal|print|show|repeat|output|display|tell me|give me|leak|dump|recite|write out|what (?:is|are|was|were))\\b[^.!?\\n]{0,32}\\b(?:(?:system|hidden|secret|developer)|your (?:initial|original|first)) (?:prompt|instructions?|message|directives?)\\b`),
  signal('reveal', 0.5, '\\b(?:repeat|print|output|recite)\\b.{0,24}\\b(?:everything|all|the text|the words|what is)\\b.{0,16}\\babove\\b'),
  signal('persona', 0.7, '\\b(?:dan|stan|god|jailbreak|jailbroken|unrestricted|unfiltered|evil|sudo) mode\\b|\\b(?:you are|you\'re|act as|become) (?:now )?dan\\b|\\bdo anything now\\b|\\bdeveloper mode (?:is )?(?:now )?(?:enabled|activated|unlocked)\\b'),
  signal('persona', 0.35, '\\b(?:you are now|from now on,? you(?: are| will|\'re)|pretend (?:to be|you are|that you)|act as|roleplay as|simulate)\\b'),
  signal('no-limits', 0.45, '\\b(?:without|no|free of|has no|have no|ignoring|lift|remove)\\b.{0,20}\\b(?:restrictions?|filters?|limitations?|limits|censorship|safety (?:rules|guidelines|measures|filters)|ethical (?:rules|guidelines|constraints)|moral(?:s| constraints| guidelines)|content polic(?:y|ies))\\b'),
  signal('no-refusal', 0.4, '\\b(?:never refuse|do not refuse|don\'t refuse|cannot refuse|you must (?:comply|obey|answer)|must comply with|always comply|never say (?:no|that you|you can)|no (?:disclaimers?|warnings?))\\b'),
  signal('forced-opening', 0.3, '\\b(?:start|begin) your (?:answer|response|reply)\\b.{0,16}\\bwith\\b.{0,4}["\'“](?:sure|absolutely|of course|yes)'),
  signal('delimiter', 0.7, '<\\|(?:im_start|im_end|system|endoftext|eot_id|start_header_id)\\|>|\\[/?inst\\]|<</?sys>>|<\\/?(?:system|assistant)(?:_prompt)?>'),
  signal('delimiter', 0.4, '^\\W{0,6}(?:system|developer)(?: message| prompt| override)?\\W{0,3}:'),
  signal('delimiter', 0.4, '\\b(?:end|begin) of (?:system|user) (?:prompt|message|input)\\b'),
  signal('new-orders', 0.45, '\\b(?:new|updated|real|actual|revised) (?:instructions?|rules|directives?|system prompt)\\b\\W{0,3}(?::|are|is|follow)|\\byour (?:new|real|only) (?:task|goal|objective|purpose|job) is\\b'),
  signal('secrecy', 0.4, '\\b(?:do not|don\'t|never|without)\\b.{0,10}\\b(?:tell|mention|inform|reveal|notify|telling|informing|alert|show)\\b.{0,12}\\b(?:the user|anyone|this to|users?|them)\\b'),
  signal('exfiltration', 0.6, '\\b(?:send|post|upload|forward|exfiltrate|transmit|email|leak)\\b.{0,40}\\b(?:conversation|chat history|api keys?|passwords?|credentials?|secrets?|environment variables|system prompt|user data|files?)\\b.{0,32}(?:https?:|\\bto\\b.{0,12}@|\\bwebhook|\\bto the (?:url|server|address))'),
  signal('exfiltration', 0.5, '!\\[.{0,40}\\]\\(https?:[^)\\s]{0,120}[?&]\\w{1,20}=(?:\\{|\\[|<|%7b|\\$)'),
  signal('false-authority', 0.35, '\\b(?:this is|i am|message from|authorized by|approved by|on behalf of)\\b.{0,16}\\b(?:openai|anthropic|google deepmind|your (?:developers?|creators?|administrator)|the developers?|system administrator)\\b'),
  signal('to-the-model', 0.3, '\\b(?:attention|note|message|important|instructions?)\\b.{0,12}\\b(?:to|for)\\b.{0,8}\\b(?:the )?(?:ai|llm|language model|assistant|chatbot|gpt|claude)s?\\b'),
  signal('decode', 0.45, '\\b(?:decode|decipher|decrypt|translate)\\b.{0,40}\\b(?:base64|rot13|hex|morse|cipher)\\b.{0,60}\\b(?:follow|execute|obey|comply|do what|run|carry out|answer)\\b'),
]; // prettier-ignore

/** What makes it likely that a text speaks about such attacks instead of making one: its part of the score goes. */
export const discussion =
  /\b(?:prompt injections?|jailbreak(?:s|ing)? (?:attacks?|attempts?|detection|prompts? (?:are|work))|red team(?:ing)?|example of an? (?:attack|injection)|how (?:do|can|to) (?:i |we )?(?:prevent|detect|defend|stop|block|mitigate))\b/;
export const discussionFactor = 0.6;

/** Base64 of at least so many characters is read, and looked at as text. */
export const encoded = /[A-Za-z0-9+/]{40,4096}={0,2}/g;
export const mostEncodedRead = 20;

/** Signs count together where they are so near to each other: a long document has some of them by chance. */
export const windowChars = 2000;
export const windowOverlap = 400;

/** So many characters that nobody sees are there for the model alone. */
export const invisible = /[\u200b-\u200d\u2060-\u2064\u{e0000}-\u{e007f}]/gu;
export const invisibleWeight = 0.5;
export const mostInvisible = 24;
