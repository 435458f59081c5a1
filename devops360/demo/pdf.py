"""A PDF of several pages with selectable text, written by hand: PDF 1.4 needs no library."""

from collections.abc import Sequence

# A4 in points (1/72 inch).
PAGE_WIDTH, PAGE_HEIGHT = 595, 842
SHARED = (
    f"/MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
)
MARGIN, TOP, LEADING = 72, 760, 18


def write_pdf(*, title: str, pages: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Return a PDF with one page for each (heading, lines). Text is Latin-1."""
    count = len(pages)
    # Objects: 1 catalogue, 2 page tree, 3 and 4 fonts, 5 information, then page and content pairs.
    kids = " ".join(f"{6 + 2 * index} 0 R" for index in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({_escape(title)}) /Producer (DevOps360) >>",
    ]
    for index, (heading, lines) in enumerate(pages):
        drawing = _drawing(heading, lines, footer=f"{index + 1} / {count}")
        objects += [
            f"<< /Type /Page /Parent 2 0 R {SHARED} /Contents {7 + 2 * index} 0 R >>",
            f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        ]
    return _assemble(objects)


def _drawing(heading: str, lines: Sequence[str], *, footer: str) -> str:
    shown = "".join(f"({_escape(line)}) Tj T*\n" for line in lines)
    return (
        f"0.16 0.35 0.86 rg {MARGIN} {TOP + 34} 60 4 re f\n"
        f"0.1 0.12 0.18 rg BT /F2 24 Tf {MARGIN} {TOP} Td ({_escape(heading)}) Tj ET\n"
        f"BT /F1 12 Tf {LEADING} TL {MARGIN} {TOP - 44} Td\n{shown}ET\n"
        f"BT /F1 9 Tf {MARGIN} 40 Td ({_escape(footer)}) Tj ET"
    )


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _assemble(objects: Sequence[str]) -> bytes:
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    total = len(objects) + 1
    return body + (
        f"xref\n0 {total}\n0000000000 65535 f \n{rows}"
        f"trailer\n<< /Size {total} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    ).encode("latin-1")
