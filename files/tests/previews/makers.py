"""Real files of every kind, made on the spot."""

import io
import struct
import zipfile
import zlib

import pillow_heif
from PIL import ExifTags, Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 360), *, exif: bool = False) -> bytes:
    image = Image.new("RGB", size, "navy")
    image.paste("red", (0, 0, size[0] // 4, size[1] // 4))
    data = Image.Exif()
    if exif:
        data[ExifTags.Base.Model] = "Vault Cam 1"
        data[ExifTags.Base.Orientation] = 6
        data.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
        data.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 12.0, 30.0)
        data.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLongitudeRef] = "E"
        data.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLongitude] = (16.0, 22.0, 0.0)
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    image.save(out, kind, exif=data)
    return out.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """A PNG of 2.7 GB of pixels in 3 MB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    packer = zlib.compressobj(9)
    row = bytes(1 + side * 3)
    data = b"".join(packer.compress(row) for _ in range(side // 30)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def pdf(pages: int = 3, box: str = "0 0 300 400", trailer: str = "") -> bytes:
    """A PDF written by hand, with a cross-reference table that fits."""
    kids = " ".join(f"{3 + number} 0 R" for number in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        *[f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] >>"] * pages,
    ]
    body, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n"
    ).encode()


def locked_pdf() -> bytes:
    """A PDF whose security handler asks for a password that nobody knows."""
    secret = "28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A"
    lock = f"/Filter /Standard /V 1 /R 2 /O <{secret}> /U <{secret[::-1]}> /P -4"
    return pdf(trailer=f"/Encrypt << {lock} >> /ID [<00112233445566778899AABBCCDDEEFF><00>]")


def archive(entries: int = 3, *, zeros: int = 10) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(entries):
            packed.writestr(f"folder/entry {number}.txt", bytes(zeros))
    return out.getvalue()
