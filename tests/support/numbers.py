"""Fictional citizen numbers: code 99 (98 for children from elsewhere), never a real division."""

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_character(first17: str) -> str:
    """GB 11643, digit by digit: independent of the code under test."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True)) % 11]


def number(birth: str = "20150301", serial: int = 1, division: str = "990121") -> str:
    """A valid number of 18 characters; `birth` as YYYYMMDD, an odd serial is a boy's."""
    assert division[:2] in ("98", "99")
    first17 = f"{division}{birth}{serial:03}"
    return first17 + check_character(first17)


def number_ending_in_000(birth: str = "20150301") -> str:
    """A valid number whose last three characters are 000: some of a thousand are, without any spreadsheet."""
    numbers = (number(birth, serial, f"9901{county:02}") for county in range(100) for serial in range(0, 1000, 100))
    return next(candidate for candidate in numbers if candidate.endswith("000"))


def damaged(valid: str) -> str:
    """The same number with another check character."""
    return valid[:-1] + ("1" if valid[-1] != "1" else "2")
