"""A mount that is slow or gone is no empty landing folder and no refused delivery: the night can be tried again."""

import errno
import os
import shutil

import pytest

from pipelines.errors import TemporaryError
from pipelines.landing import LandingError, contents, scan
from pipelines.landing.scan import unreachable
from tests.support.deliveries import rows_of


def test_an_empty_folder_where_deliveries_lay_stops_the_night(world):
    world.deliver("日报", rows_of("日报"), day="2025-09-10")
    world.ingest()
    before = world.deliveries().rows()
    shutil.rmtree(world.landing / "2025-09-10")
    with pytest.raises(TemporaryError, match="is empty, though 1 deliveries up to 2025-12-31 are known"):
        world.ingest("2025-12-31")
    assert world.deliveries().rows() == before


def test_old_days_may_be_put_away(world):
    world.deliver("日报", rows_of("日报"), day="2025-09-10")
    world.deliver("日报", rows_of("日报"), day="2025-09-11")
    world.ingest()
    shutil.rmtree(world.landing / "2025-09-10")
    world.ingest()
    assert world.deliveries().height == 2


def test_a_folder_that_goes_between_listing_and_opening_stops_the_night(world, monkeypatch):
    path = world.deliver("日报", rows_of("日报"))
    listed = scan.scan

    def then_gone(*given):
        found = listed(*given)
        shutil.rmtree(path.parent)
        return found

    monkeypatch.setattr("pipelines.landing.step.scan", then_gone)
    with pytest.raises(TemporaryError, match="see whether the file system of the landing folder is mounted"):
        world.ingest()


def test_a_file_that_is_renamed_meanwhile_waits_for_the_next_run(world, monkeypatch):
    path = world.deliver("日报", rows_of("日报"))
    listed = scan.scan

    def then_renamed(*given):
        found = listed(*given)
        path.rename(path.with_name("日报_990121_完.csv"))
        return found

    monkeypatch.setattr("pipelines.landing.step.scan", then_renamed)
    assert world.ingest().unfinished == (f"{path.parent.name}/{path.name}",)


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN])
def test_a_read_that_fails_for_the_mount_refuses_no_delivery(world, monkeypatch, number):
    world.deliver("日报", rows_of("日报"))
    real = os.fstat

    def broken(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(contents.os, "fstat", broken)
    with pytest.raises(TemporaryError, match="cannot be reached"):
        world.ingest()
    monkeypatch.setattr(contents.os, "fstat", real)
    world.ingest()
    assert world.deliveries()["reason"].to_list() == [None]


def test_what_nobody_may_read_is_not_worth_a_retry():
    found = unreachable("x", PermissionError(errno.EACCES, "Permission denied"))
    assert isinstance(found, LandingError)
    assert not isinstance(found, TemporaryError)
    assert "let the night's user read it" in str(found)
