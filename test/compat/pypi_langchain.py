"""Conversations of an application that uses LangChain's `langchain-openai`; prints what it saw as JSON.

Takes the options as JSON in the first argument: url, key.
"""
import json
import sys

import openai
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

QUESTION = [SystemMessage("Be brief."), HumanMessage("What is the capital of France?")]


@tool
def get_weather(city: str, unit: str = "celsius") -> str:
    """The weather in a city."""
    return json.dumps({"temp": -3, "unit": unit, "city": city})


@tool
def get_time(city: str) -> str:
    """The time in a city."""
    return f"14:05 in {city}"


TOOLS = {"get_weather": get_weather, "get_time": get_time}


class CityFacts(BaseModel):
    """What is known of a city."""

    city: str
    population: int
    tags: list[str]


def model_of(options, name, **more):
    return ChatOpenAI(model=name, base_url=f"{options['url']}/v1", api_key=options["key"], max_retries=0, **more)


def counts(message):
    usage = message.usage_metadata
    return usage and [usage["input_tokens"], usage["output_tokens"]]


def answer_of(message):
    metadata = message.response_metadata
    # LangChain calls the end of an answer by OpenAI's words for it: of chat, or of Responses.
    finish = metadata.get("finish_reason") or metadata.get("status")
    return {"text": message.text, "finish": finish, "usage": counts(message)}


def read_calls(message):
    calls = [{"id": call["id"], "name": call["name"], "arguments": call["args"]} for call in message.tool_calls]
    return {"finish": answer_of(message)["finish"], "calls": calls}


def joined(chunks):
    """LangChain's own way of putting a streamed message together."""
    total = None
    for chunk in chunks:
        total = chunk if total is None else total + chunk
    return total


def stream(model):
    chunks = list(model.stream(QUESTION))
    return {**answer_of(joined(chunks)), "severalPieces": sum(bool(chunk.text) for chunk in chunks) > 1}


def run_tools(model):
    """Answers the model's calls as an agent does, with the message as it came."""
    bound = model.bind_tools(list(TOOLS.values()))
    asked = bound.invoke(QUESTION)
    results = [
        ToolMessage(TOOLS[call["name"]].invoke(call["args"]), tool_call_id=call["id"]) for call in asked.tool_calls
    ]
    return bound.invoke([*QUESTION, asked, *results]).text


def error_of(model):
    try:
        model.invoke(QUESTION)
    except openai.APIStatusError as error:
        # LangChain adds classes of its own below those of OpenAI's package.
        known = next(one.__name__ for one in type(error).__mro__ if one.__module__.startswith("openai"))
        return {"error": known, "status": error.status_code, "message": str(error)}
    raise RuntimeError("The call did not fail.")


def read_failing_stream(model):
    text = ""
    try:
        for chunk in model.stream(QUESTION):
            text += chunk.text
    except openai.APIError as error:
        return {"text": text, "message": error.message}
    return {"text": text, "message": None}


def embed(options, provider):
    """Without `check_embedding_ctx_length` LangChain sends tokens of OpenAI's models, which no other model reads."""
    embeddings = OpenAIEmbeddings(
        model=f"{provider}-embeddings",
        base_url=f"{options['url']}/v1",
        api_key=options["key"],
        max_retries=0,
        check_embedding_ctx_length=False,
    )
    try:
        vectors = embeddings.embed_documents(["hello world", "smør og brød"])
    except openai.BadRequestError:
        return None
    return [[round(value, 4) for value in vector] for vector in vectors]


def call_provider(options, provider):
    def model(scenario, **more):
        return model_of(options, f"{provider}-{scenario}", **more)

    bound = model("tools").bind_tools(list(TOOLS.values()))
    structured = model("structured").with_structured_output(CityFacts)
    by_tool = model("facts-tool").with_structured_output(CityFacts, method="function_calling")
    return {
        "chat": answer_of(model("chat").invoke(QUESTION)),
        "stream": stream(model("chat", stream_usage=True)),
        "tools": read_calls(bound.invoke(QUESTION)),
        "streamedTools": read_calls(joined(bound.stream(QUESTION))),
        "afterTools": run_tools(model("agent")),
        "structured": structured.invoke(QUESTION).model_dump(),
        "streamedStructured": list(structured.stream(QUESTION))[-1].model_dump(),
        "structuredByTool": by_tool.invoke(QUESTION).model_dump(),
        "permission": error_of(model("permission")),
        "not-found": error_of(model("not-found")),
        "rate-limit": error_of(model("rate-limit")),
        "overloaded": error_of(model("overloaded")),
        "streamError": read_failing_stream(model("stream-error")),
        "embeddings": embed(options, provider),
    }


def call_responses(options, provider):
    """The same by OpenAI's Responses API."""

    def model(scenario):
        return model_of(options, f"{provider}-{scenario}", use_responses_api=True)

    structured = model("structured").with_structured_output(CityFacts)
    return {
        "chat": answer_of(model("chat").invoke(QUESTION)),
        "stream": stream(model("chat")),
        "tools": read_calls(model("tools").bind_tools(list(TOOLS.values())).invoke(QUESTION)),
        "streamedTools": read_calls(joined(model("tools").bind_tools(list(TOOLS.values())).stream(QUESTION))),
        "afterTools": run_tools(model("agent")),
        "structured": structured.invoke(QUESTION).model_dump(),
        "streamedStructured": list(structured.stream(QUESTION))[-1].model_dump(),
    }


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    names = ("openai", "anthropic", "gemini", "bedrock")
    chat = {name: call_provider(given, name) for name in names}
    print(json.dumps({"chat": chat, "responses": {name: call_responses(given, name) for name in names}}))
