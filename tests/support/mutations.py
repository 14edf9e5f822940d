"""Files damaged at random, the same ones for the same seed."""

import io
import random
import struct
import warnings
import zipfile
from collections.abc import Iterator

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


def mutated(content: bytes, other: bytes, random_: random.Random) -> bytes:
    """The bytes with a few faults, or the beginning of them and the end of another file."""
    data = bytearray(content)
    for _ in range(random_.choice((1, 1, 1, 2, 3, 8, 40))):
        if not data:
            break
        at = random_.randrange(len(data))
        end = min(len(data), at + random_.choice((1, 2, 4, 16, 200)))
        match random_.randrange(8):
            case 0:
                data[at] ^= 1 << random_.randrange(8)
            case 1:
                data[at] = random_.randrange(256)
            case 2:
                del data[at:end]
            case 3:
                data[at:at] = random_.randbytes(end - at)
            case 4:
                data[at:at] = data[at:end] * random_.choice((1, 1, 50))
            case 5:
                del data[at:]
            case 6:
                data[at : at + 4] = struct.pack("<I", random_.choice(NUMBERS))
            case 7:
                data[at:] = other[random_.randrange(len(other) + 1) :]
    return bytes(data)


def mutated_inside(content: bytes, other: bytes, random_: random.Random) -> bytes:
    """An archive with faults in one or two of its members, otherwise sound."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    chosen = {random_.choice(members)[0] for _ in range(random_.choice((1, 1, 2)))}
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # of names that come twice
        for name, data in members:
            archive.writestr(name, mutated(data, other, random_) if name in chosen else data)
    return out.getvalue()


def mutations(seeds: list[tuple[str, bytes]], count: int, random_: random.Random) -> Iterator[tuple[int, str, bytes]]:
    """`count` damaged files: number, extension, bytes. `seeds`: extension and bytes of good ones."""
    for i in range(count):
        extension, content = random_.choice(seeds)
        other = random_.choice(seeds)[1]
        inside = content.startswith(b"PK") and random_.random() < 0.7
        yield i, extension, (mutated_inside if inside else mutated)(content, other, random_)
