"""Code lists: labels, register codes, code-labels, old names (spec 2.3)."""

import pytest

from schemas.codes import UnknownCode, codebook, codebooks
from schemas.sources import SOURCES


@pytest.mark.parametrize(
    ("name", "cell", "label"),
    [
        ("sex", "男", "男"),
        ("sex", "2", "女"),
        ("sex", "1-男", "男"),
        ("sex", "0", None),
        ("sex", "9", None),
        ("sex", "9-未说明", None),
        ("boarding_type", "2-住校", "住校"),
        ("enrolment_status", "01", "在读"),
        ("enrolment_status", "1", "在读"),
        ("enrolment_status", "06", "辍学"),
        ("enrolment_status", "06-流失", "辍学"),
        ("enrolment_status", "10-转出", "转出"),
        ("enrolment_status", "13", "出国"),
        ("change_type", "21", "转出"),
        ("change_type", "02", "留级"),
        ("change_type", "4", "跳级"),
        ("change_type", "51-死亡", "死亡"),
        ("registry_status", "出国（境）", "出国(境)"),
        ("household_type", "建档立卡", "脱贫户"),
        ("household_type", "3-监测对象", "监测对象"),
        ("ethnicity", "汉", "汉族"),
        ("ethnicity", "04", "藏族"),
        ("ethnicity", "07-彝族", "彝族"),
        ("boolean", "y", "是"),
        ("boolean", "False", "否"),
        ("boolean", "０", "否"),
    ],
)
def test_a_cell_is_read_as_its_label(name, cell, label):
    assert codebook(name).read(cell) == label


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("sex", "3"),
        ("sex", "1-女"),  # code and label contradict each other
        ("enrolment_status", "03"),
        ("enrolment_status", "99-在读"),
        ("boolean", "也许"),
        ("household_type", "一般户"),
    ],
)
def test_what_is_in_no_list_is_unknown(name, cell):
    with pytest.raises(UnknownCode):
        codebook(name).read(cell)


def test_there_are_56_ethnic_groups():
    labels = codebook("ethnicity").labels
    assert len(labels) == 56
    assert all(label.endswith("族") for label in labels)


def test_every_coded_column_has_a_list():
    wanted = {field.codes for source in SOURCES for field in source.fields if field.cell in ("coded", "open")}
    assert wanted <= codebooks().keys()


def test_a_province_adds_a_spelling_in_a_file(tmp_path):
    (tmp_path / "own.csv").write_text("list,code,label,also\nsex,,男,男孩\n", encoding="utf-8")
    assert codebooks(tmp_path)["sex"].read("男孩") == "男"
