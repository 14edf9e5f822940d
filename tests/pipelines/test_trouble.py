"""What the machine did to a night is told apart from faults of the program, and no text of the system is passed on."""

import errno
from pathlib import Path

import duckdb
import pytest

from pipelines.engine import DuckDBEngine
from pipelines.engine.trouble import trouble
from pipelines.errors import KongchuoError, ModelError, TemporaryError, WarehouseDamagedError

WAREHOUSE = Path("/home/warehouse.duckdb")
NAME = "张三丰"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), KongchuoError, "no room left on the disk of /home"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), KongchuoError, "no room left"),
        (duckdb.IOException(f"Could not write: No space left on device {NAME}"), KongchuoError, "no room left"),
        (duckdb.FatalException(f"invalidated: No space left on device {NAME}"), KongchuoError, "no room left"),
        (duckdb.OutOfMemoryException("could not allocate"), KongchuoError, "more memory"),
        (duckdb.OutOfMemoryException("... max_temp_directory_size ..."), KongchuoError, "no room left"),
        (MemoryError(), KongchuoError, "more memory"),
        (duckdb.IOException("Could not set lock on file"), TemporaryError, "Another program has /home/warehouse"),
        (duckdb.IOException(f"Corrupt database file {NAME}"), WarehouseDamagedError, "kongchuo rebuild --home /home"),
        (duckdb.IOException("Could not read enough bytes from file"), WarehouseDamagedError, "kongchuo rebuild"),
        (duckdb.SerializationException(NAME), WarehouseDamagedError, "kongchuo rebuild"),
        (duckdb.FatalException(NAME), WarehouseDamagedError, "kongchuo rebuild"),
        (OSError(errno.EROFS, "Read-only file system", "/home/x"), KongchuoError, "/home/x cannot be written"),
    ],
)
def test_the_machine_is_named_and_nothing_quoted(error: Exception, kind: type, words: str) -> None:
    found = trouble(error, WAREHOUSE)
    assert isinstance(found, kind)
    assert words in str(found)
    assert NAME not in str(found)


@pytest.mark.parametrize(
    "error", [ValueError("x"), duckdb.BinderException("x"), OSError(errno.ENOENT, "x"), KeyError()]
)
def test_a_fault_of_the_program_stays_one(error: Exception) -> None:
    assert trouble(error, WAREHOUSE) is None


def test_what_lies_behind_an_error_is_found_though_its_text_was_kept_back() -> None:
    def failing() -> None:
        try:
            raise duckdb.IOException("checksum")
        except duckdb.Error:
            raise ModelError("Model x.y failed with IOException.") from None

    with pytest.raises(ModelError) as caught:
        failing()
    assert isinstance(trouble(caught.value, WAREHOUSE), WarehouseDamagedError)


def test_a_file_that_is_no_warehouse_is_seen_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(b"no database" * 10000)
    with pytest.raises(WarehouseDamagedError):
        DuckDBEngine(tmp_path / "warehouse.duckdb")
