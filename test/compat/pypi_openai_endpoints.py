"""Embeddings, pictures, speech and recordings, by an application that uses the `openai` package from PyPI; prints what it saw as JSON.

Takes the options as JSON in the first argument: url, key.
"""
import json
import sys

import openai
from openai import OpenAI

INPUT = ["hello world", "smør og brød"]


def outcome(call):
    """What came back, or the error where the provider has no such endpoint."""
    try:
        return call()
    except openai.APIStatusError as error:
        return {"error": type(error).__name__, "status": error.status_code, "message": error.message}


def call_provider(client, provider):
    def embed(**form):
        """The package asks for base64 where the application names no form, and decodes it: to the precision of 32 bits."""
        answer = client.embeddings.create(model=f"{provider}-embeddings", input=INPUT, **form)
        return [[round(value, 4) for value in item.embedding] for item in answer.data]

    def speak():
        request = {"model": f"{provider}-speech", "voice": "alloy", "input": "Hello.", "response_format": "wav"}
        with client.audio.speech.with_streaming_response.create(**request) as response:
            return {"type": response.headers.get("content-type"), "text": b"".join(response.iter_bytes()).decode()}

    def transcribe():
        file = ("talk.mp3", b"ID3", "audio/mpeg")
        return client.audio.transcriptions.create(model=f"{provider}-transcription", file=file, language="en").text

    def edit():
        image = ("a.png", b"PNG", "image/png")
        answer = client.images.edit(model=f"{provider}-image-edit", prompt="Add a hat", image=image)
        return [one.b64_json for one in answer.data]

    def paint():
        return [one.b64_json for one in client.images.generate(model=f"{provider}-images", prompt="A fox").data]

    return {
        "embeddings": outcome(embed),
        "embeddingsAsNumbers": outcome(lambda: embed(encoding_format="float")),
        "images": outcome(paint),
        "imageEdit": outcome(edit),
        "speech": outcome(speak),
        "transcription": outcome(transcribe),
    }


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    client = OpenAI(base_url=f"{given['url']}/v1", api_key=given["key"], max_retries=0)
    print(json.dumps({p: call_provider(client, p) for p in ("openai", "anthropic", "gemini", "bedrock")}))
