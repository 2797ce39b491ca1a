"""Conversations of an application that uses the `anthropic` package from PyPI; prints what it saw as JSON.

Takes the options as JSON in the first argument: url, key.
"""
import json
import sys

import anthropic
from anthropic import Anthropic
from pydantic import BaseModel

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
ASK = {"max_tokens": 100, "messages": QUESTION}
TOOLS = [
    {
        "name": name,
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
    for name in ("get_weather", "get_time")
]
WIRE_EVENTS = {
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
}


class CityFacts(BaseModel):
    city: str
    population: int
    tags: list[str]


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


def answer_of(message):
    usage = [message.usage.input_tokens, message.usage.output_tokens]
    return {"text": text_of(message), "finish": message.stop_reason, "usage": usage}


def read_calls(message):
    calls = [
        {"id": block.id, "name": block.name, "arguments": block.input}
        for block in message.content
        if block.type == "tool_use"
    ]
    return {"finish": message.stop_reason, "calls": calls}


def follow(api, **request):
    """Every event of the wire, through the package's helper, which assembles them and adds events of its own."""
    events, pieces = [], 0
    with api.stream(**request) as stream:
        for event in stream:
            if event.type in WIRE_EVENTS and (not events or event.type != events[-1]):
                events.append(event.type)
            pieces += event.type == "text"
        return stream.get_final_message(), events, pieces > 1


def read_streamed_facts(messages, model):
    with messages.stream(model=model, output_format=CityFacts, **ASK) as stream:
        return stream.get_final_message().parsed_output.model_dump()


def round_trip(messages, model):
    first = messages.create(model=model, tools=TOOLS, **ASK)
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": [{"type": "text", "text": "-3"}]}
        for block in first.content
        if block.type == "tool_use"
    ]
    turns = [*QUESTION, {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    return text_of(messages.create(model=model, max_tokens=100, messages=turns, tools=TOOLS))


def thoughts_of(message):
    blocks = [block for block in message.content if block.type == "thinking"]
    return {
        "thought": "".join(block.thinking for block in blocks),
        "signature": "".join(block.signature for block in blocks) or None,
        "text": text_of(message),
    }


def think(messages, model):
    request = {"model": model, "max_tokens": 2048, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    whole = messages.create(messages=QUESTION, **request)
    streamed, _, _ = follow(messages, messages=QUESTION, **request)
    # The model's own words go back with the next question.
    again = [
        *QUESTION,
        {"role": "assistant", "content": whole.content},
        {"role": "user", "content": "Are you sure?"},
    ]
    messages.create(messages=again, **request)
    return {"whole": thoughts_of(whole), "streamed": thoughts_of(streamed)}


def error_of(call):
    try:
        call()
    except anthropic.APIStatusError as error:
        return {
            "error": type(error).__name__,
            "status": error.status_code,
            "message": error.message,
            "type": error.body["error"]["type"],
        }
    raise RuntimeError("The call did not fail.")


def read_failing_stream(messages, model):
    pieces = []

    def read():
        with messages.stream(model=model, **ASK) as stream:
            for text in stream.text_stream:
                pieces.append(text)

    failure = error_of(read)
    return {"text": "".join(pieces), "type": failure["type"]}


def call_provider(messages, provider):
    def create(scenario, **rest):
        return messages.create(model=f"{provider}-{scenario}", **ASK, **rest)

    streamed, events, several = follow(messages, model=f"{provider}-chat", **ASK)
    asked = {"model": f"{provider}-tools", "tools": TOOLS, **ASK}
    parsed = messages.parse(model=f"{provider}-structured", output_format=CityFacts, **ASK)
    return {
        "chat": answer_of(create("chat", system="Be brief.")),
        "stream": {**answer_of(streamed), "severalPieces": several},
        "events": events,
        "tools": read_calls(messages.create(**asked)),
        "streamedTools": read_calls(follow(messages, **asked)[0]),
        "afterTools": round_trip(messages, f"{provider}-agent"),
        "structured": parsed.parsed_output.model_dump(),
        "streamedStructured": read_streamed_facts(messages, f"{provider}-structured"),
        "thoughts": think(messages, f"{provider}-thinking"),
        "permission": error_of(lambda: create("permission")),
        "not-found": error_of(lambda: create("not-found")),
        "rate-limit": error_of(lambda: create("rate-limit")),
        "overloaded": error_of(lambda: create("overloaded")),
        "streamError": read_failing_stream(messages, f"{provider}-stream-error"),
    }


def call_gateway(client, options):
    messages = client.messages
    stranger = Anthropic(base_url=options["url"], api_key="sk-" + "w" * 40, max_retries=0)
    return {
        "unknownModel": error_of(lambda: messages.create(model="nobody", **ASK)),
        "wrongKey": error_of(lambda: stranger.messages.create(model="openai-chat", **ASK)),
        "badRequest": error_of(lambda: messages.create(model="openai-chat", max_tokens=1, messages=[])),
    }


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    client = Anthropic(base_url=given["url"], api_key=given["key"], max_retries=0)
    seen = {p: call_provider(client.messages, p) for p in ("openai", "anthropic", "gemini", "bedrock")}
    print(json.dumps({**seen, "gateway": call_gateway(client, given)}))
