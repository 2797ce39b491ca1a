/** What Converse is sent, held to the types of AWS's own SDK: the compiler fails where they part. */
import type { ConverseCommandInput, ConverseCommandOutput } from '@aws-sdk/client-bedrock-runtime';
import { plainParameters } from '../../../spec/parameters.js';
import { readModel } from '../model-id.js';
import { buildConverseBody } from './build-request.js';
import type { ConverseAnswer, ConverseBody } from './wire.js';

/** The SDK's type as JSON has it: bytes are base64, documents are whatever JSON can say. */
type Json<T> = T extends Uint8Array
  ? string
  : T extends string | number | boolean | null | undefined
    ? T
    : unknown extends T
      ? unknown
      : T extends readonly (infer Item)[]
        ? Json<Item>[]
        : {
            [Member in keyof T]: Member extends 'additionalModelRequestFields' | 'input' | 'json'
              ? unknown
              : Json<T[Member]>;
          };

type Sent = Json<Omit<ConverseCommandInput, 'modelId'>>;
type Received = Json<Pick<ConverseCommandOutput, 'output' | 'stopReason' | 'usage' | 'serviceTier'>>;

const asSdk = (body: ConverseBody): Sent => body;
const asAnswer = (received: Received): ConverseAnswer => received;

it("sends nothing that AWS's own SDK has no types for", () => {
  const call = {
    body: {
      model: 'ours',
      messages: [
        { role: 'user' as const, content: [{ type: 'image_url' as const, image_url: 'data:image/png;base64,AAAA' }] },
      ],
      max_tokens: 5,
    },
    model: 'amazon.nova-lite-v1:0',
    stream: false,
    endpoint: { origin: 'https://bedrock-runtime.us-west-2.amazonaws.com', basePath: '' },
    parameters: plainParameters,
    created: 0,
    responseId: 'id',
  };
  const expected: Sent = {
    messages: [{ role: 'user', content: [{ image: { format: 'png', source: { bytes: 'AAAA' } } }] }],
    inferenceConfig: { maxTokens: 5 },
  };
  expect(asSdk(buildConverseBody(call, readModel(call.model)))).toEqual(expected);
});

it("reads what AWS's own SDK has types for", () => {
  const usage = {
    inputTokens: 1,
    outputTokens: 2,
    totalTokens: 3,
    cacheDetails: [{ ttl: '1h' as const, inputTokens: 1 }],
  };
  const output = { message: { role: 'assistant' as const, content: [{ text: 'Hi' }] } };
  const received: Received = { output, stopReason: 'end_turn', usage, serviceTier: { type: 'flex' } };
  expect(asAnswer(received).output?.message?.content).toEqual([{ text: 'Hi' }]);
});
