"""The Responses API, by an application that uses the `openai` package from PyPI; prints what it saw as JSON.

Takes the options as JSON in the first argument: url, key.
"""
import json
import sys

import openai
from openai import OpenAI
from pydantic import BaseModel

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
TOOLS = [
    {
        "type": "function",
        "name": name,
        "strict": False,
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
    for name in ("get_weather", "get_time")
]


class CityFacts(BaseModel):
    city: str
    population: int
    tags: list[str]


def counts(response):
    return response.usage and [response.usage.input_tokens, response.usage.output_tokens]


def read_calls(response):
    calls = [
        {"id": item.call_id, "name": item.name, "arguments": json.loads(item.arguments)}
        for item in response.output
        if item.type == "function_call"
    ]
    return {"finish": response.status, "calls": calls}


def follow(responses, **request):
    """Every event, through the package's helper, which checks and assembles them."""
    events, sequence, pieces = [], [], 0
    with responses.stream(**request) as stream:
        for event in stream:
            if not events or event.type != events[-1]:
                events.append(event.type)
            sequence.append(event.sequence_number)
            pieces += event.type == "response.output_text.delta"
        response = stream.get_final_response()
    return response, {
        "events": events,
        "severalPieces": pieces > 1,
        "inOrder": sequence == list(range(len(sequence))),
    }


def read_streamed_facts(responses, model):
    with responses.stream(model=model, input=QUESTION, text_format=CityFacts) as stream:
        return stream.get_final_response().output_parsed.model_dump()


def round_trip(responses, model):
    first = responses.create(model=model, input=QUESTION, tools=TOOLS)
    results = [
        {"type": "function_call_output", "call_id": item.call_id, "output": '{"temp":-3}'}
        for item in first.output
        if item.type == "function_call"
    ]
    return responses.create(model=model, input=[*QUESTION, *first.output, *results], tools=TOOLS).output_text


def thoughts_of(response):
    reasoning = [item for item in response.output if item.type == "reasoning"]
    return {
        "thought": "".join(part.text for item in reasoning for part in item.summary),
        "signed": any(item.encrypted_content for item in reasoning),
        "text": response.output_text,
    }


def think(responses, model):
    request = {
        "model": model,
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
    }
    whole = responses.create(input=QUESTION, **request)
    streamed, seen = follow(responses, input=QUESTION, **request)
    # The model's own words go back with the next question.
    again = [*QUESTION, *whole.output, {"role": "user", "content": "Are you sure?"}]
    responses.create(input=again, **request)
    return {"whole": thoughts_of(whole), "streamed": thoughts_of(streamed), "events": seen["events"]}


def error_of(call):
    try:
        call()
    except openai.APIError as error:
        return {
            "error": type(error).__name__,
            "status": getattr(error, "status_code", None),
            "message": error.message,
        }
    raise RuntimeError("The call did not fail.")


def read_failing_stream(responses, model):
    """This package hands the error on as an event, where the other one throws it."""
    events = list(responses.create(model=model, input=QUESTION, stream=True))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    return {"text": text, "message": next(event.message for event in events if event.type == "error")}


def call_provider(responses, provider):
    def create(scenario):
        return responses.create(model=f"{provider}-{scenario}", input=QUESTION)

    chat = create("chat")
    streamed, seen = follow(responses, model=f"{provider}-chat", input=QUESTION)
    asked = {"model": f"{provider}-tools", "input": QUESTION, "tools": TOOLS}
    parsed = responses.parse(model=f"{provider}-structured", input=QUESTION, text_format=CityFacts)
    return {
        "chat": {"text": chat.output_text, "finish": chat.status, "usage": counts(chat)},
        "stream": {
            "text": streamed.output_text,
            "finish": streamed.status,
            "usage": counts(streamed),
            "severalPieces": seen["severalPieces"],
        },
        "events": seen["events"],
        "inOrder": seen["inOrder"],
        "tools": read_calls(responses.create(**asked)),
        "streamedTools": read_calls(follow(responses, **asked)[0]),
        "afterTools": round_trip(responses, f"{provider}-agent"),
        "structured": parsed.output_parsed.model_dump(),
        "streamedStructured": read_streamed_facts(responses, f"{provider}-structured"),
        "thoughts": think(responses, f"{provider}-thinking"),
        "permission": error_of(lambda: create("permission")),
        "not-found": error_of(lambda: create("not-found")),
        "rate-limit": error_of(lambda: create("rate-limit")),
        "overloaded": error_of(lambda: create("overloaded")),
        "streamError": read_failing_stream(responses, f"{provider}-stream-error"),
    }


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    client = OpenAI(base_url=f"{given['url']}/v1", api_key=given["key"], max_retries=0)
    print(json.dumps({p: call_provider(client.responses, p) for p in ("openai", "anthropic", "gemini", "bedrock")}))
