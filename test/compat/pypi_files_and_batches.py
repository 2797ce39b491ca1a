"""The calls of files and batches, made by the `openai` package from PyPI; prints what it saw as JSON.

Takes the options as JSON in the first argument: baseUrl, key, otherKey, inputPath.
"""
import json
import re
import sys
import time

import openai
from openai import OpenAI

options = json.loads(sys.argv[1])


def client_of(key):
    return OpenAI(base_url=options["baseUrl"], api_key=key, max_retries=0)


def status_of(call):
    try:
        call()
    except openai.APIStatusError as error:
        return f"{type(error).__name__} {error.status_code}"
    return "no error"


client = client_of(options["key"])
other = client_of(options["otherKey"])


def finished(batch_id):
    for _ in range(100):
        batch = client.batches.retrieve(batch_id)
        if batch.status == "completed":
            return batch
        time.sleep(0.05)
    raise RuntimeError("The batch does not end.")


with open(options["inputPath"], "rb") as content:
    given = client.files.create(file=content, purpose="batch")
note = client.files.create(
    file=("zoë.json", b'{"a":1}'),
    purpose="user_data",
    expires_after={"anchor": "created_at", "seconds": 3600},
)
created = client.batches.create(
    input_file_id=given.id,
    endpoint="/v1/chat/completions",
    completion_window="24h",
    metadata={"team": "one"},
)
done = finished(created.id)
lines = client.files.content(done.output_file_id).text.strip().split("\n")
names = [re.sub("batch_[0-9a-f]{32}", "batch", found.filename) for found in client.files.list(limit=1, order="asc")]
batches = [found.id for found in client.batches.list(limit=1)]
second = client.batches.create(input_file_id=given.id, endpoint="/v1/chat/completions", completion_window="24h")
kept = client.files.content(note.id).text
retrieved = client.files.retrieve(note.id).id == note.id
cancelled = client.batches.cancel(second.id).status
deleted = client.files.delete(note.id)

print(
    json.dumps(
        {
            "input": [given.object, given.purpose, given.filename, bool(re.fullmatch("file-[0-9a-f]{32}", given.id))],
            "kept": kept,
            "retrieved": retrieved,
            "batch": [created.object, created.status, created.metadata, created.input_file_id == given.id],
            "done": [done.status, done.output_file_id is not None, done.error_file_id],
            "answers": [json.loads(line)["response"]["body"]["model"] for line in lines],
            "names": names,
            "batches": batches == [created.id],
            "cancelled": cancelled,
            "deleted": [deleted.id == note.id, deleted.deleted],
            "gone": status_of(lambda: client.files.retrieve(note.id)),
            "ofOthers": [
                status_of(lambda: other.files.retrieve(given.id)),
                status_of(lambda: other.files.content(done.output_file_id)),
                status_of(lambda: other.batches.retrieve(created.id)),
                status_of(lambda: other.batches.cancel(created.id)),
            ],
            "noPurpose": status_of(
                lambda: client.post("/files", cast_to=object, files={"file": ("x", b"x")}, body={},
                                    options={"headers": {"Content-Type": "multipart/form-data"}})
            ),
            "noInput": status_of(
                lambda: client.batches.create(
                    input_file_id="file-none", endpoint="/v1/embeddings", completion_window="24h"
                )
            ),
        }
    )
)
