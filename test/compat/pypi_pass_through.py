"""An application that uses boto3 and Cohere's package, pointed at the prefixes of their own APIs; prints what it saw as JSON."""

import json
import sys

import boto3
import cohere
from botocore.config import Config

options = json.loads(sys.argv[1])
url, key = options["url"], options["key"]
question = "What is the capital of France?"
converse_model = "anthropic.claude-3-5-sonnet-20240620-v1:0"


def with_bedrock() -> dict:
    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=f"{url}/bedrock",
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key="anything",
        config=Config(retries={"max_attempts": 1}),
    )
    messages = [{"role": "user", "content": [{"text": question}]}]
    whole = client.converse(modelId=converse_model, messages=messages)
    streamed, usage = "", {}
    for event in client.converse_stream(modelId=converse_model, messages=messages)["stream"]:
        streamed += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
        usage = event.get("metadata", {}).get("usage", usage)
    return {
        "text": whole["output"]["message"]["content"][0]["text"],
        "usage": [whole["usage"]["inputTokens"], whole["usage"]["outputTokens"]],
        "streamed": streamed,
        "streamedUsage": [usage["inputTokens"], usage["outputTokens"]],
    }


def with_cohere() -> dict:
    client = cohere.ClientV2(api_key=key, base_url=f"{url}/cohere")
    messages = [{"role": "user", "content": question}]
    whole = client.chat(model="command-a-03-2025", messages=messages)
    streamed, usage = "", None
    for event in client.chat_stream(model="command-a-03-2025", messages=messages):
        if event.type == "content-delta":
            streamed += event.delta.message.content.text or ""
        if event.type == "message-end":
            usage = event.delta.usage
    counts = lambda used: [int(used.billed_units.input_tokens), int(used.billed_units.output_tokens)]
    return {
        "text": whole.message.content[0].text,
        "usage": counts(whole.usage),
        "streamed": streamed,
        "streamedUsage": counts(usage),
    }


print(json.dumps({"bedrock": with_bedrock(), "cohere": with_cohere()}, ensure_ascii=False))
