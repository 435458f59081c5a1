"""`python -m practice 03`: check one rung; without a number, list them."""

import sys

from practice.rungs import RUNGS, rung


def main() -> int:
    chosen = rung(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] else None
    if chosen is None:
        for each in RUNGS:
            print(f"  make practice RUNG={each.number}   {each.title}")
        print("docs/practice/ has what each asks for.")
        return 0 if len(sys.argv) == 1 or not sys.argv[1] else 64
    missing = chosen.check()
    for words in missing:
        print(f"  - {words}")
    if missing:
        print(f"Rung {chosen.number}, {chosen.title}: not yet.")
        return 1
    print(f"Rung {chosen.number}, {chosen.title}: done.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
