"""Rewrites a store like the Python library: reads every record, drops the keys that its models do not know, changes one or
creates one, and writes the file in place. Prints the id of what it did after each rewrite."""

import json
import sys
from datetime import datetime, timezone

path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])

REQUEST = ("from_agent", "to_agent", "task_description", "context", "priority", "deadline")
RESPONSE = ("accepted", "reason", "estimated_completion")
RECORD = ("record_id", "request", "response", "status", "result", "created_at", "updated_at")
STATUSES = ("pending", "accepted", "in_progress", "completed", "rejected", "failed")


def pick(keys, value):
    return None if value is None else {key: value.get(key) for key in keys}


def load():
    with open(path, encoding="utf-8") as file:
        records = [pick(RECORD, record) for record in json.load(file)]
    for record in records:
        if record["status"] not in STATUSES:
            raise ValueError(record["status"])
        record["request"] = pick(REQUEST, record["request"])
        record["response"] = pick(RESPONSE, record["response"])
    return records


for index in range(count):
    try:
        records = load()
    except json.JSONDecodeError:
        continue
    now = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    pending = next((one for one in records if one["status"] == "pending" and one["record_id"].startswith(name)), None)
    if index % 3 == 2 and pending is not None:
        reason = "Accepted by receiving agent."
        pending["response"] = {"accepted": True, "reason": reason, "estimated_completion": None}
        pending["status"], pending["updated_at"] = "accepted", now
        done = "accept " + pending["record_id"]
    else:
        request = dict(zip(REQUEST, ("py", "executor", "From Python", {}, 5, None)))
        done = f"create {name}-{index}"
        values = (f"{name}-{index}", request, None, "pending", {}, now, now)
        records.append(dict(zip(RECORD, values)))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(records, file, indent=2)
    print(done, flush=True)
