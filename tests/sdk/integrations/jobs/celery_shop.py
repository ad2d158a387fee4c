import os

import celery
from celery.utils.log import get_task_logger
from kombu.transport import TRANSPORT_ALIASES

from tests.sdk.integrations.jobs import shop

shop.start()
FOLDER = os.environ.get("TEST_FOLDER", "/nowhere")
# Not over Redis: what arq and Celery each want of its client cannot be had in one environment.
TRANSPORT_ALIASES["files"] = "tests.sdk.integrations.jobs.files:Transport"
app = celery.Celery("shop", broker="files://")
app.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    worker_enable_remote_control=False,
    worker_lost_wait=0.2,
    broker_transport_options={
        "data_folder_in": FOLDER,
        "data_folder_out": FOLDER,
        "control_folder": FOLDER,
        "polling_interval": 0.05,
    },
)
task_log = get_task_logger("shop.tasks")


@app.task
def ship(order: int) -> None:
    task_log.info("from the task's own logger")
    shop.ship(order)


@app.task
def charge() -> None:
    shop.charge()


@app.task(bind=True, autoretry_for=(shop.Flaky,), default_retry_delay=0, max_retries=3)
def flaky(self: celery.Task) -> None:
    shop.done("flaky")
    if self.request.retries == 0:
        raise shop.Flaky("the first time")
    nap.delay(1)


@app.task(throws=(KeyError,))
def unlucky() -> None:
    shop.done("unlucky")
    raise KeyError("expected")


@app.task
def nap(seconds: float) -> None:
    shop.nap(seconds)


@app.task
def stop() -> None:
    shop.stop(0)


@app.task(time_limit=1)
def hang() -> None:
    shop.nap(60)


def send_doomed() -> None:
    stop.delay()
    hang.delay()


def send_all() -> None:
    ship.delay(7)
    charge.delay()
    flaky.delay()
    unlucky.delay()
