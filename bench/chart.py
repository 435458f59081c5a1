"""The ratios as a picture: one bar for each goal, on a scale where 1 is what is to be reached."""

from collections.abc import Sequence
from html import escape

from bench.goals import OURS, Verdict
from bench.report import goal_text

WIDTH, LABEL, ROW, BAR = 880, 330, 46, 15
TOP = 64
# Bars end here, however far a goal is surpassed; the number beside them says how far.
LONGEST = 3.0
COLOURS = dict(zip(OURS, ("#2f6fed", "#12a594"), strict=True))
STYLE = """\
  text { font: 13px system-ui, sans-serif; fill: #1c2430 }
  .number { font: 12px ui-monospace, monospace }
  .quiet { fill: #5b6675 }
  .paper { fill: #ffffff }
  .line { stroke: #1c2430 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8edf5 }
    .quiet { fill: #9aa7b8 }
    .paper { fill: #0c1220 }
    .line { stroke: #e8edf5 }
  }"""


def draw(verdicts: Sequence[Verdict]) -> str:
    """Return an SVG. Verdicts come goal by goal; those that were not measured are left out."""
    measured = [verdict for verdict in verdicts if verdict.ratio is not None]
    goals = list(dict.fromkeys(verdict.goal for verdict in measured))
    height = TOP + ROW * len(goals) + 16
    scale = (WIDTH - LABEL - 90) / LONGEST
    goal_line = LABEL + scale
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Ratios reached, as multiples of each goal</title>",
        f"<style>\n{STYLE}\n</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>',
        *_legend(),
    ]
    for row, goal in enumerate(goals):
        top = TOP + ROW * row
        parts.append(f'<text x="16" y="{top + 15}">{escape(goal_text(goal))}</text>')
        parts.append(
            f'<text x="16" y="{top + 31}" class="number quiet">at least {goal.at_least:.2f}</text>'
        )
        for number, verdict in enumerate(v for v in measured if v.goal == goal):
            parts += _bar(verdict, top + number * (BAR + 2), scale)
    parts.append(
        f'<line class="line" x1="{goal_line:.1f}" x2="{goal_line:.1f}" y1="{TOP - 8}" '
        f'y2="{height - 12}" stroke-dasharray="4 3"/>'
    )
    parts.append(
        f'<text x="{goal_line:.1f}" y="{TOP - 14}" text-anchor="middle" class="number">goal</text>'
    )
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    parts = []
    for number, (name, colour) in enumerate(COLOURS.items()):
        left = 16 + number * 210
        parts.append(f'<rect x="{left}" y="18" width="12" height="12" rx="2" fill="{colour}"/>')
        parts.append(f'<text x="{left + 18}" y="29">{escape(name)}</text>')
    return parts


def _bar(verdict: Verdict, top: int, scale: float) -> list[str]:
    ratio = verdict.ratio or 0.0
    length = min(ratio / verdict.goal.at_least, LONGEST) * scale
    colour = COLOURS[verdict.server]
    return [
        f'<rect x="{LABEL}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2" fill="{colour}"/>',
        f'<text x="{LABEL + length + 6:.1f}" y="{top + 12}" class="number">{ratio:.2f}</text>',
    ]
