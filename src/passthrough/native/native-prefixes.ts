/** The prefixes below which a provider's own API lies, as it is. */

/** An account that no provider definition knows: what the environment says of it, and how its key is sent. */
export interface ServiceAccount {
  /** The name in the ledger. */
  readonly id: string;
  readonly baseUrl?: string;
  /** Variables that hold the address, in order. */
  readonly baseUrlFrom?: readonly string[];
  /** Variables that hold the key, in order. */
  readonly keyFrom: readonly string[];
  /** Where the account has a user name too. */
  readonly userFrom?: readonly string[];
  readonly header: string;
  readonly scheme: 'plain' | 'Bearer' | 'Key' | 'Basic';
}

/** A service of AWS, signed as Bedrock's requests are, with the same keys. */
export interface AwsService {
  /** The name that it is signed under, and that its host begins with. */
  readonly service: string;
}

export interface NativePrefix {
  readonly paths: readonly string[];
  /** The provider whose accounts serve it; its own adapters read the answers. */
  readonly provider?: string;
  readonly account?: ServiceAccount;
  readonly aws?: AwsService;
  /** How the path below the prefix is told from the address of the account, where that is not by the version in both. */
  readonly place?: 'vertex' | 'bedrock' | 'azure';
  /** Google's clients give their key as `?key=`. */
  readonly takesKeyInQuery?: true;
}

const bearer = { header: 'authorization', scheme: 'Bearer' } as const;

export const nativePrefixes: readonly NativePrefix[] = [
  { paths: ['/openai', '/openai_passthrough'], provider: 'openai' },
  { paths: ['/anthropic'], provider: 'anthropic' },
  { paths: ['/gemini'], provider: 'gemini', takesKeyInQuery: true },
  { paths: ['/vertex_ai', '/vertex-ai'], provider: 'vertex_ai', place: 'vertex', takesKeyInQuery: true },
  { paths: ['/bedrock'], provider: 'bedrock', place: 'bedrock' },
  { paths: ['/azure'], provider: 'azure', place: 'azure' },
  { paths: ['/azure_ai'], provider: 'azure_ai' },
  { paths: ['/cohere'], provider: 'cohere' },
  { paths: ['/mistral'], provider: 'mistral' },
  { paths: ['/openrouter'], provider: 'openrouter' },
  { paths: ['/vllm'], provider: 'hosted_vllm' },
  { paths: ['/nvidia_nim'], provider: 'nvidia_nim' },
  { paths: ['/watsonx'], provider: 'watsonx' },
  { paths: ['/deepgram'], provider: 'deepgram' },
  {
    // https://www.assemblyai.com/docs/api-reference/overview
    paths: ['/assemblyai'],
    account: {
      id: 'assemblyai',
      baseUrl: 'https://api.assemblyai.com',
      baseUrlFrom: ['ASSEMBLYAI_API_BASE'],
      keyFrom: ['ASSEMBLYAI_API_KEY'],
      header: 'authorization',
      scheme: 'plain',
    },
  },
  {
    paths: ['/eu.assemblyai'],
    account: {
      id: 'assemblyai',
      baseUrl: 'https://api.eu.assemblyai.com',
      baseUrlFrom: ['ASSEMBLYAI_EU_API_BASE'],
      keyFrom: ['ASSEMBLYAI_API_KEY'],
      header: 'authorization',
      scheme: 'plain',
    },
  },
  {
    // https://langfuse.com/docs/api-and-data-platform/features/public-api
    paths: ['/langfuse'],
    account: {
      id: 'langfuse',
      baseUrl: 'https://cloud.langfuse.com',
      baseUrlFrom: ['LANGFUSE_HOST'],
      keyFrom: ['LANGFUSE_SECRET_KEY'],
      userFrom: ['LANGFUSE_PUBLIC_KEY'],
      header: 'authorization',
      scheme: 'Basic',
    },
  },
  {
    // https://docs.fal.ai/model-apis/model-endpoints
    paths: ['/fal_ai'],
    account: {
      id: 'fal_ai',
      baseUrl: 'https://fal.run',
      baseUrlFrom: ['FAL_AI_API_BASE'],
      keyFrom: ['FAL_AI_API_KEY', 'FAL_KEY'],
      header: 'authorization',
      scheme: 'Key',
    },
  },
  {
    // https://cursor.com/docs/cloud-agent/api/overview
    paths: ['/cursor'],
    account: {
      id: 'cursor',
      baseUrl: 'https://api.cursor.com',
      baseUrlFrom: ['CURSOR_API_BASE'],
      keyFrom: ['CURSOR_API_KEY'],
      ...bearer,
    },
  },
  {
    // https://milvus.io/api-reference/restful/v2.5.x/About.md
    paths: ['/milvus'],
    account: { id: 'milvus', baseUrlFrom: ['MILVUS_API_BASE'], keyFrom: ['MILVUS_API_KEY'], ...bearer },
  },
  {
    // https://learn.microsoft.com/azure/ai-services/speech-service/rest-speech-to-text
    paths: ['/azure_speech'],
    account: {
      id: 'azure_speech',
      baseUrlFrom: ['AZURE_SPEECH_API_BASE'],
      keyFrom: ['AZURE_SPEECH_API_KEY', 'AZURE_SPEECH_KEY'],
      header: 'ocp-apim-subscription-key',
      scheme: 'plain',
    },
  },
  { paths: ['/comprehendmedical'], aws: { service: 'comprehendmedical' } },
  { paths: ['/transcribe'], aws: { service: 'transcribe' } },
];
