"""Stands in for the Python tool's command in bench/seed.ts, written from that tool's README.

It does not contain the tool's code. Like the tool, it uses click and pydantic, reads the whole file, validates every
record, changes one, and writes the whole file. It does not lock or flush, because the README mentions neither.
"""

import json
import uuid
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel, ConfigDict, Field


class Status(str, Enum):
    pending = "pending"
    accepted = "accepted"
    in_progress = "in_progress"
    completed = "completed"
    rejected = "rejected"
    failed = "failed"


class Request(BaseModel):
    model_config = ConfigDict(frozen=True)

    from_agent: str
    to_agent: str
    task_description: str
    context: dict[str, Any] = {}
    priority: int = Field(default=5, ge=1, le=10)
    deadline: datetime | None = None


class Response(BaseModel):
    accepted: bool
    reason: str | None = None
    estimated_completion: datetime | None = None


class Record(BaseModel):
    record_id: str
    request: Request
    response: Response | None = None
    status: Status = Status.pending
    result: dict[str, Any] = {}
    created_at: datetime
    updated_at: datetime


store_option = click.option("--store", type=click.Path(path_type=Path), default=Path("handoffs.json"))


def load(store: Path) -> dict[str, Record]:
    if not store.exists():
        return {}
    records = [Record.model_validate(one) for one in json.loads(store.read_text())]
    return {record.record_id: record for record in records}


def save(store: Path, records: dict[str, Record]) -> None:
    store.write_text(json.dumps([record.model_dump(mode="json") for record in records.values()], indent=2))


@click.group()
def cli() -> None:
    pass


@cli.command()
@click.option("--from", "sender", required=True)
@click.option("--to", "receiver", required=True)
@click.option("--task", required=True)
@click.option("--priority", type=click.IntRange(1, 10), default=5)
@store_option
def create(sender: str, receiver: str, task: str, priority: int, store: Path) -> None:
    records = load(store)
    now = datetime.now(timezone.utc)
    request = Request(from_agent=sender, to_agent=receiver, task_description=task, priority=priority)
    record = Record(record_id=str(uuid.uuid4()), request=request, created_at=now, updated_at=now)
    records[record.record_id] = record
    save(store, records)
    click.echo(f"Created handoff {record.record_id}")


@cli.command()
@click.option("--id", "record_id", required=True)
@store_option
def accept(record_id: str, store: Path) -> None:
    records = load(store)
    record = records[record_id]
    if record.status is not Status.pending:
        raise click.ClickException(f"{record_id} is {record.status.value}")
    record.status = Status.accepted
    record.response = Response(accepted=True)
    record.updated_at = datetime.now(timezone.utc)
    save(store, records)
    click.echo(f"Accepted handoff {record_id}")


@cli.command()
@click.option("--id", "record_id", required=True)
@store_option
def status(record_id: str, store: Path) -> None:
    click.echo(load(store)[record_id].model_dump_json(indent=2))


if __name__ == "__main__":
    cli()
