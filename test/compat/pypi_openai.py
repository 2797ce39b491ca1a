"""The calls of the compatibility tests, made by the `openai` package from PyPI; prints what it saw as JSON.

Takes the options as JSON in the first argument: baseUrl, key, limitedKey, deadUrl.
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
AFTER_TOOLS = [
    {"role": "user", "content": "Weather in Oslo?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'}}
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": '{"temp": -3}'},
]


class CityFacts(BaseModel):
    city: str
    population: int
    tags: list[str]


def client_of(base_url, key):
    return OpenAI(base_url=base_url, api_key=key, max_retries=0)


def counts(usage):
    return usage and [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens]


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
    text, finish, usage = "", None, None
    for chunk in client.chat.completions.create(model=model, messages=QUESTION, stream=True, **options):
        usage = counts(chunk.usage) or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return {"text": text, "finish": finish, "usage": usage}


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
    async with AsyncOpenAI(base_url=options["baseUrl"], api_key=options["key"], max_retries=0) as client:
        answer = await client.chat.completions.create(model=model, messages=QUESTION)
        return answer.choices[0].message.content


def call_provider(options, provider):
    client = client_of(options["baseUrl"], options["key"])
    completions = client.chat.completions

    def model(scenario):
        return f"{provider}-{scenario}"

    def create(scenario, **rest):
        return completions.create(model=model(scenario), messages=rest.pop("messages", QUESTION), **rest)

    chat = create("chat")
    choice = chat.choices[0]
    raw = completions.with_raw_response.create(model=model("chat"), messages=QUESTION)
    parsed = completions.parse(model=model("structured"), messages=QUESTION, response_format=CityFacts)
    return {
        "chat": {
            "role": choice.message.role,
            "content": choice.message.content,
            "finish": choice.finish_reason,
            "usage": counts(chat.usage),
        },
        "asyncChat": asyncio.run(async_chat(options, model("chat"))),
        "stream": read_stream(client, model("stream")),
        "streamWithUsage": read_stream(client, model("stream"), stream_options={"include_usage": True}),
        "tools": read_calls(create("tools", tools=TOOLS).choices[0]),
        "streamedTools": read_streamed_tools(client, model("stream-tools")),
        "afterTools": create("after-tools", messages=AFTER_TOOLS, tools=TOOLS).choices[0].message.content,
        "parsed": parsed.choices[0].message.parsed.model_dump(),
        "rawHeaders": {
            "callId": raw.headers.get("x-litellm-call-id"),
            "modelGroup": raw.headers.get("x-litellm-model-group"),
            "content": raw.parse().choices[0].message.content,
        },
        "permission": error_of(lambda: create("permission")),
        "notFound": error_of(lambda: create("not-found")),
        "rateLimit": error_of(lambda: create("rate-limit")),
        "overloaded": error_of(lambda: create("overloaded")),
        "streamError": read_failing_stream(client, model("stream-error")),
        "timeout": class_of_failure(lambda: create("silent", timeout=0.5)),
        "abandoned": abandon(client, model("endless")),
    }


def call_gateway(options):
    client = client_of(options["baseUrl"], options["key"])

    def create(one, model, messages=QUESTION):
        return lambda: one.chat.completions.create(model=model, messages=messages)

    return {
        "models": [model.id for model in client.models.list()],
        "model": client.models.retrieve("openai-chat").id,
        "noSuchModel": error_of(lambda: client.models.retrieve("no-such-model")),
        "wrongKey": error_of(create(client_of(options["baseUrl"], "sk-" + "w" * 40), "openai-chat")),
        "keyWithoutModel": error_of(create(client_of(options["baseUrl"], options["limitedKey"]), "openai-chat")),
        "unknownModel": error_of(create(client, "no-such-model")),
        "badRequest": error_of(create(client, "openai-chat", "not a list")),
        "unreachable": class_of_failure(create(client_of(options["deadUrl"], options["key"]), "openai-chat")),
    }


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    seen = {provider: call_provider(given, provider) for provider in ("openai", "anthropic")}
    print(json.dumps({**seen, "gateway": call_gateway(given)}))
