"""A short melody as uncompressed audio."""

import array
import io
import math
import sys
import wave

RATE = 22_050
# Hertz and seconds: an A minor arpeggio that resolves.
NOTES = ((220.0, 0.4), (261.63, 0.4), (329.63, 0.4), (440.0, 0.4), (329.63, 0.4), (440.0, 1.2))
LOUDNESS = 0.35


def play_melody() -> bytes:
    """Return a WAV: mono, 16 bits, 22,050 Hz, about three seconds."""
    samples = array.array("h")
    for pitch, seconds in NOTES:
        length = round(RATE * seconds)
        samples.extend(_sample(pitch, index, length) for index in range(length))
    if sys.byteorder == "big":
        samples.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def _sample(pitch: float, index: int, length: int) -> int:
    angle = 2 * math.pi * pitch * index / RATE
    tone = math.sin(angle) + 0.3 * math.sin(2 * angle) + 0.1 * math.sin(3 * angle)
    # A soft start against clicks, then a fade.
    fade = min(1.0, index / 200) * math.pow(1 - index / length, 1.5)
    return round(32_767 * LOUDNESS * tone * fade / 1.4)
