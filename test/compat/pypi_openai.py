"""Conversations of an application that uses the `openai` package from PyPI; prints what it saw as JSON.

Takes the options as JSON in the first argument: url, key, limitedKey, deadUrl.
"""
import asyncio
import json
import sys

import openai
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]


def tool(name, properties):
    return {
        "type": "function",
        "function": {"name": name, "parameters": {"type": "object", "properties": properties, "required": ["city"]}},
    }


TOOLS = [
    tool("get_weather", {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}}),
    tool("get_time", {"city": {"type": "string"}}),
]


class CityFacts(BaseModel):
    city: str
    population: int
    tags: list[str]


def client_of(url, key):
    return OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)


def counts(usage):
    return usage and [usage.prompt_tokens, usage.completion_tokens]


def error_of(call):
    try:
        call()
    except openai.APIStatusError as error:
        return {
            "error": type(error).__name__,
            "status": error.status_code,
            "code": error.code,
            "message": error.message,
            "retryAfter": error.response.headers.get("retry-after"),
        }
    raise RuntimeError("The call did not fail.")


def read_stream(client, model, **options):
    pieces, finish, usage = [], None, None
    for chunk in client.chat.completions.create(model=model, messages=QUESTION, stream=True, **options):
        usage = counts(chunk.usage) or usage
        for choice in chunk.choices:
            if choice.delta.content:
                pieces.append(choice.delta.content)
            finish = choice.finish_reason or finish
    return {"text": "".join(pieces), "finish": finish, "usage": usage, "severalPieces": len(pieces) > 1}


def read_calls(choice):
    calls = [
        {"id": call.id, "name": call.function.name, "arguments": json.loads(call.function.arguments)}
        for call in choice.message.tool_calls
    ]
    return {"finish": choice.finish_reason, "calls": calls}


def read_streamed_tools(client, model):
    with client.chat.completions.stream(model=model, messages=QUESTION, tools=TOOLS) as stream:
        for _ in stream:
            pass
        return read_calls(stream.get_final_completion().choices[0])


def read_streamed_facts(client, model):
    with client.chat.completions.stream(model=model, messages=QUESTION, response_format=CityFacts) as stream:
        return stream.get_final_completion().choices[0].message.parsed.model_dump()


def round_trip(client, model):
    """Answers the model's calls as an application does, with the message as it came."""
    asked = client.chat.completions.create(model=model, messages=QUESTION, tools=TOOLS).choices[0].message
    results = [{"role": "tool", "tool_call_id": call.id, "content": '{"temp":-3}'} for call in asked.tool_calls]
    messages = [*QUESTION, asked, *results]
    return client.chat.completions.create(model=model, messages=messages, tools=TOOLS).choices[0].message.content


def thoughts_of(messages):
    """Of the members that LiteLLM adds to OpenAI's messages."""
    blocks = [block for message in messages for block in getattr(message, "thinking_blocks", None) or []]
    return {
        "thought": "".join(getattr(message, "reasoning_content", None) or "" for message in messages),
        "signature": next((block["signature"] for block in blocks if block.get("signature")), None),
        "text": "".join(message.content or "" for message in messages),
    }


def think(client, model):
    request = {"model": model, "reasoning_effort": "low"}
    message = client.chat.completions.create(messages=QUESTION, **request).choices[0].message
    stream = client.chat.completions.create(messages=QUESTION, stream=True, **request)
    deltas = [choice.delta for chunk in stream for choice in chunk.choices]
    # The model's own words go back with the next question.
    client.chat.completions.create(
        messages=[*QUESTION, message, {"role": "user", "content": "Are you sure?"}], **request
    )
    return {"whole": thoughts_of([message]), "streamed": thoughts_of(deltas)}


def read_failing_stream(client, model):
    text = ""
    try:
        for chunk in client.chat.completions.create(model=model, messages=QUESTION, stream=True):
            for choice in chunk.choices:
                text += choice.delta.content or ""
    except openai.APIError as error:
        return {"text": text, "error": "APIError", "message": error.message}
    return {"text": text, "error": None, "message": None}


def class_of_failure(call):
    try:
        call()
    except openai.APIError as error:
        return type(error).__name__
    return "no error"


def abandon(client, model):
    """Reads a few chunks of a stream that never ends, and leaves it."""
    with client.chat.completions.create(model=model, messages=QUESTION, stream=True) as stream:
        for _, _chunk in zip(range(5), stream):
            pass
    return stream.response.is_closed


async def async_chat(options, model):
    async with AsyncOpenAI(base_url=f"{options['url']}/v1", api_key=options["key"], max_retries=0) as client:
        return await client.chat.completions.create(model=model, messages=QUESTION)


def call_provider(options, provider):
    client = client_of(options["url"], options["key"])
    completions = client.chat.completions

    def model(scenario):
        return f"{provider}-{scenario}"

    def create(scenario, **rest):
        return completions.create(model=model(scenario), messages=QUESTION, **rest)

    chat = asyncio.run(async_chat(options, model("chat")))
    choice = chat.choices[0]
    raw = completions.with_raw_response.create(model=model("chat"), messages=QUESTION)
    parsed = completions.parse(model=model("structured"), messages=QUESTION, response_format=CityFacts)
    return {
        "chat": {"text": choice.message.content, "finish": choice.finish_reason, "usage": counts(chat.usage)},
        "role": choice.message.role,
        "total": chat.usage.total_tokens,
        "stream": read_stream(client, model("chat"), stream_options={"include_usage": True}),
        "streamWithoutUsage": read_stream(client, model("chat")),
        "tools": read_calls(create("tools", tools=TOOLS).choices[0]),
        "streamedTools": read_streamed_tools(client, model("tools")),
        "afterTools": round_trip(client, model("agent")),
        "structured": parsed.choices[0].message.parsed.model_dump(),
        "streamedStructured": read_streamed_facts(client, model("structured")),
        "thoughts": think(client, model("thinking")),
        "rawHeaders": {
            "callId": raw.headers.get("x-litellm-call-id"),
            "modelGroup": raw.headers.get("x-litellm-model-group"),
            "content": raw.parse().choices[0].message.content,
        },
        "permission": error_of(lambda: create("permission")),
        "not-found": error_of(lambda: create("not-found")),
        "rate-limit": error_of(lambda: create("rate-limit")),
        "overloaded": error_of(lambda: create("overloaded")),
        "streamError": read_failing_stream(client, model("stream-error")),
        "timeout": class_of_failure(lambda: create("silent", timeout=0.3)),
        "abandoned": abandon(client, model("endless")),
    }


def call_gateway(options):
    client = client_of(options["url"], options["key"])

    def create(one, model, messages=QUESTION):
        return lambda: one.chat.completions.create(model=model, messages=messages)

    return {
        "models": [model.id for model in client.models.list()],
        "model": client.models.retrieve("openai-chat").id,
        "noSuchModel": error_of(lambda: client.models.retrieve("no-such-model")),
        "wrongKey": error_of(create(client_of(options["url"], "sk-" + "w" * 40), "openai-chat")),
        "keyWithoutModel": error_of(create(client_of(options["url"], options["limitedKey"]), "openai-chat")),
        "unknownModel": error_of(create(client, "no-such-model")),
        "badRequest": error_of(create(client, "openai-chat", "not a list")),
        "unreachable": class_of_failure(create(client_of(options["deadUrl"], options["key"]), "openai-chat")),
    }


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    seen = {provider: call_provider(given, provider) for provider in ("openai", "anthropic", "gemini", "bedrock")}
    print(json.dumps({**seen, "gateway": call_gateway(given)}))
