"""`python -m practice.drills NAME`: run a drill and tell what was seen; 0 if all is as expected."""

import argparse
import sys

from practice.drills import records, report
from practice.drills.catalogue import DRILLS
from practice.drills.drill import Drill, run
from practice.drills.page import page
from practice.drills.stack import MissingProgramError, running_stack

ALL = "all"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="drill", description=__doc__)
    parser.add_argument("name", nargs="?", choices=[*DRILLS, ALL], metavar="NAME")
    parser.add_argument("--list", action="store_true", help="tell what there is")
    parser.add_argument("--seconds", type=float, help="how long it stays broken")
    parser.add_argument("--page", action="store_true", help="print docs/operate/drills.md")
    return parser


def _run_all(drills: list[Drill], seconds: float | None) -> int:
    print("Starting PostgreSQL, a mail server, gunicorn and a worker ...", flush=True)
    wrong = 0
    with running_stack() as stack:
        for drill in drills:
            print(f"Breaking: {drill.breaks}", flush=True)
            outcome = run(drill, stack, seconds=drill.seconds if seconds is None else seconds)
            print(report.text(outcome), flush=True)
            print(f"Kept in {records.keep(outcome)}", flush=True)
            wrong += bool(outcome.problems)
    return 1 if wrong else 0


def main() -> int:
    chosen = _parser().parse_args()
    if chosen.page:
        print(page(DRILLS.values()), end="")
        return 0
    if chosen.list or not chosen.name:
        for drill in DRILLS.values():
            print(f"  {drill.name:<20} {drill.breaks}")
        return 0
    drills = list(DRILLS.values()) if chosen.name == ALL else [DRILLS[chosen.name]]
    try:
        return _run_all(drills, chosen.seconds)
    except MissingProgramError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
