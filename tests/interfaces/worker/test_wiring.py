from __future__ import annotations

from inspect import signature

from procrastinate import App
from procrastinate.testing import InMemoryConnector

from yinuo.interfaces.worker import wiring
from yinuo.kit import queue


def test_every_task_is_known_to_the_worker_and_the_clock_starts_those_with_a_schedule() -> None:
    app = App(connector=InMemoryConnector())
    wiring.register_tasks(app)
    wiring.register_tasks(app)

    assert set(queue.tasks()) <= set(app.tasks)
    scheduled = {task for task, _ in app.periodic_registry.periodic_tasks}
    wanted = {task.name for task in queue.tasks().values() if task.cron}
    assert scheduled == wanted | {wiring.HOUSEKEEPING}
    assert "sweep_promises" in wanted


def test_a_task_of_the_schedule_can_be_asked_for_by_a_job_as_well() -> None:
    app = App(connector=InMemoryConnector())
    wiring.register_tasks(app)
    asked = signature(app.tasks["send_waiting_messages"].func)
    asked.bind("context")
