"""Conversations of an application that uses the `litellm` package with the gateway as its proxy; prints what it saw as JSON.

Takes the options as JSON in the first argument: url, key.
"""
import asyncio
import json
import os
import sys

# The price list that came with the package: tests fetch nothing.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402
import openai  # noqa: E402
from pydantic import BaseModel  # noqa: E402

# Where to get help is not told on the standard output, which is the report's.
litellm.suppress_debug_info = True

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]


def tool(name):
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


TOOLS = [tool("get_weather"), tool("get_time")]


class CityFacts(BaseModel):
    city: str
    population: int
    tags: list[str]


def counts(usage):
    return usage and [usage.prompt_tokens, usage.completion_tokens]


def answer_of(response):
    choice = response.choices[0]
    return {"text": choice.message.content, "finish": choice.finish_reason, "usage": counts(response.usage)}


def read_calls(response):
    choice = response.choices[0]
    calls = [
        {"id": call.id, "name": call.function.name, "arguments": json.loads(call.function.arguments)}
        for call in choice.message.tool_calls
    ]
    return {"finish": choice.finish_reason, "calls": calls}


def error_of(call):
    try:
        call()
    # What all of litellm's own classes are.
    except openai.APIError as error:
        return {"error": type(error).__name__, "status": error.status_code, "message": str(error)}
    raise RuntimeError("The call did not fail.")


class Proxy:
    """litellm's functions, pointed at the gateway the way its documentation says."""

    def __init__(self, options, prefix):
        base = options["url"] if prefix == "litellm_proxy" else f"{options['url']}/v1"
        self.common = {"api_base": base, "api_key": options["key"], "max_retries": 0}
        self.prefix = prefix

    def complete(self, model, messages=QUESTION, **more):
        return litellm.completion(model=f"{self.prefix}/{model}", messages=messages, **self.common, **more)

    async def complete_together(self, models):
        calls = (
            litellm.acompletion(model=f"{self.prefix}/{model}", messages=QUESTION, **self.common) for model in models
        )
        return [answer_of(response) for response in await asyncio.gather(*calls)]

    def stream(self, model, **more):
        chunks = list(self.complete(model, stream=True, stream_options={"include_usage": True}, **more))
        whole = litellm.stream_chunk_builder(chunks, messages=QUESTION)
        pieces = [c for c in chunks if c.choices and c.choices[0].delta.content]
        return whole, len(pieces) > 1

    def read_failing_stream(self, model):
        text = ""
        try:
            for chunk in self.complete(model, stream=True):
                text += chunk.choices[0].delta.content or ""
        except openai.APIError as error:
            return {"text": text, "message": str(error)}
        return {"text": text, "message": None}

    def run_tools(self, model):
        """Answers the model's calls as an application does, with the message as it came."""
        asked = self.complete(model, tools=TOOLS).choices[0].message
        results = [{"role": "tool", "tool_call_id": call.id, "content": '{"temp":-3}'} for call in asked.tool_calls]
        answer = self.complete(model, [*QUESTION, asked.model_dump(), *results], tools=TOOLS)
        return answer.choices[0].message.content

    def think(self, model):
        whole = self.complete(model, reasoning_effort="low")
        message = whole.choices[0].message
        streamed, _ = self.stream(model, reasoning_effort="low")
        # The model's own words go back with the next question.
        again = [*QUESTION, message.model_dump(), {"role": "user", "content": "Are you sure?"}]
        self.complete(model, again, reasoning_effort="low")
        return {"whole": thoughts_of(message), "streamed": thoughts_of(streamed.choices[0].message)}

    def embed(self, model):
        try:
            answer = litellm.embedding(
                model=f"{self.prefix}/{model}", input=["hello world", "smør og brød"], **self.common
            )
        except litellm.exceptions.BadRequestError:
            return None
        return [[round(value, 4) for value in item["embedding"]] for item in answer.data]


def thoughts_of(message):
    blocks = getattr(message, "thinking_blocks", None) or []
    return {
        "thought": getattr(message, "reasoning_content", None) or "",
        "signature": next((block["signature"] for block in blocks if block.get("signature")), None),
        "text": message.content,
    }


def headers_of(response):
    """What litellm keeps of the gateway's headers, and what it makes of them."""
    hidden = response._hidden_params
    headers = hidden["additional_headers"]
    return {
        "callId": headers.get("llm_provider-x-litellm-call-id"),
        "modelGroup": headers.get("llm_provider-x-litellm-model-group"),
        "cost": hidden.get("response_cost"),
    }


def converse(proxy, provider):
    def model(scenario):
        return f"{provider}-{scenario}"

    chat = proxy.complete(model("chat"))
    streamed, several = proxy.stream(model("chat"))
    structured = proxy.complete(model("structured"), response_format=CityFacts)
    streamed_structured, _ = proxy.stream(model("structured"), response_format=CityFacts)
    return {
        "chat": answer_of(chat),
        "stream": {**answer_of(streamed), "severalPieces": several},
        "tools": read_calls(proxy.complete(model("tools"), tools=TOOLS)),
        "streamedTools": read_calls(proxy.stream(model("tools"), tools=TOOLS)[0]),
        "afterTools": proxy.run_tools(model("agent")),
        "structured": json.loads(structured.choices[0].message.content),
        "streamedStructured": json.loads(streamed_structured.choices[0].message.content),
        "headers": headers_of(chat),
    }


def converse_further(proxy, provider):
    def model(scenario):
        return f"{provider}-{scenario}"

    return {
        "thoughts": proxy.think(model("thinking")),
        "embeddings": proxy.embed(model("embeddings")),
        "permission": error_of(lambda: proxy.complete(model("permission"))),
        "not-found": error_of(lambda: proxy.complete(model("not-found"))),
        "rate-limit": error_of(lambda: proxy.complete(model("rate-limit"))),
        "overloaded": error_of(lambda: proxy.complete(model("overloaded"))),
        "streamError": proxy.read_failing_stream(model("stream-error")),
    }


def main(options):
    names = ("openai", "anthropic", "gemini", "bedrock")
    # https://docs.litellm.ai/docs/providers/litellm_proxy; many use OpenAI's prefix instead.
    proxy, as_openai = Proxy(options, "litellm_proxy"), Proxy(options, "openai")
    together = asyncio.run(proxy.complete_together([f"{name}-chat" for name in names]))
    return {
        "litellm_proxy": {
            name: {**converse(proxy, name), **converse_further(proxy, name), "asyncChat": answer}
            for name, answer in zip(names, together)
        },
        "openai": {name: converse(as_openai, name) for name in names},
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
