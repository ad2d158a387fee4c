"""Crons: jobs that must run at their times. What ran is read from check-ins, what is expected from their schedules.

- `schedule`  when runs are expected: crontab and intervals, in a time zone: pure
- `config`    what a monitor expects, from code and from people: pure
- `timeline`  check-ins and configuration → runs, missed ones among them: pure
- `verdict`   runs → ok or failing: pure
- `overlay`   reads and writes what people decided
- `listing`   the monitors and their runs
"""

from vedette.server.features.crons.routes import router

__all__ = ["router"]
