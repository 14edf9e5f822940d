"""Lineage as it is read from its files and shown in words."""

from schemas.lineage import in_short, made_from, origin_of


def test_a_column_says_its_headers_and_what_it_is_directly_made_from():
    assert origin_of("published.dropout_rate", "denominator") == "教基统计.在校生数"
    assert made_from("published.dropout_rate", "denominator") == (("indicators.dropout_rate", "denominator"),)
    assert made_from("clean.annual_statistics", "stock") == (("教基统计", "在校生数"),)


def test_a_working_table_and_a_word_of_a_model_have_no_headers():
    assert origin_of("indicators.dropout_rate", "denominator") == ""
    assert origin_of("published.dropout_rate", "variant") == ""


def test_many_headers_are_shown_as_their_kinds():
    assert in_short("户籍.姓名、学籍.姓名") == "户籍.姓名、学籍.姓名"
    assert in_short("、".join(f"户籍.{i}" for i in range(12)) + "、学籍.姓名、政策") == "户籍、学籍、政策"
    assert in_short("") == ""


def test_no_name_or_number_stands_in_an_origin():
    verified = origin_of("published.zeroing", "verified_open")
    assert {origin.split(".")[0] for origin in verified.split("、")} >= {"户籍", "学籍", "劝返", "政策"}
    assert not any(character.isdigit() for character in verified.replace("9月1日", ""))
