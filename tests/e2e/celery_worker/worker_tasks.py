"""The tasks that the worker runs. What the test says to them is in the environment."""

import ast
import os
import time
from pathlib import Path

from celery import Celery
from celery.exceptions import Reject

app = Celery("worker_tasks")
app.conf.update(
    broker_url=os.environ["CELERY_BROKER"],
    broker_transport_options={"region": "us-east-1", **ast.literal_eval(os.environ["CELERY_TRANSPORT"])},
    result_backend="file://" + os.environ["CELERY_RESULTS"],
    task_default_queue=os.environ["CELERY_QUEUE"],
    task_acks_late=True,
    worker_prefetch_multiplier=10,
)

notes = Path(os.environ["CELERY_NOTES"])


def note(name, text):
    """One more line in a file that the test reads."""
    with open(notes / name, "a") as file:
        file.write(f"{text}\n")


def noted(name):
    path = notes / name
    return path.read_text().splitlines() if path.exists() else []


@app.task
def add(x, y):
    return x + y


@app.task(bind=True, max_retries=3)
def succeed_at_the_third(self):
    note("retries", self.request.retries)
    if self.request.retries < 2:
        raise self.retry(countdown=1)
    return self.request.retries


@app.task(bind=True, max_retries=1)
def never_succeed(self):
    try:
        raise ValueError("this task never succeeds")
    except ValueError as error:
        raise self.retry(countdown=0, exc=error)


@app.task(bind=True)
def hold_until_released(self):
    """Holds its message for ever the first time, as far as it can tell, and returns at once when it comes again."""
    note("holders", os.getpid())
    while len(noted("holders")) < 2:
        time.sleep(0.05)
    return os.getpid()


@app.task(bind=True)
def give_back_once(self):
    note("given-back", self.request.id)
    if len(noted("given-back")) == 1:
        raise Reject("not this time", requeue=True)
    return len(noted("given-back"))


@app.task(bind=True, acks_on_failure_or_timeout=False)
def fail_once(self):
    note("failures", time.time())
    if len(noted("failures")) == 1:
        raise ValueError("this task fails once")
    return len(noted("failures"))


@app.task
def write_down(group, number):
    note(group, number)
