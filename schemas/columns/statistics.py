"""Annual statistics of a school's grade (教基统计): stock at 1 September and the flows of the school year before."""

from __future__ import annotations

from schemas.columns.column import Column, of


def _count(name: str, label: str, description: str, header: str | None = None) -> Column:
    """A number of pupils in 教基统计; the header is the label unless it has a name of its own."""
    return Column(name, label, description, "BIGINT", "人", headers=of(header or label, "教基统计"))


COLUMNS = (
    _count("previous_stock", "上学年初在校生数", "Pupils at 1 September of the school year before"),
    _count("admissions", "招生数", "Pupils admitted"),
    _count("resumed", "复学", "Pupils who came back after suspension"),
    _count("transfers_in", "转入", "Pupils who transferred in"),
    _count("other_increase", "其他增加", "Other increase"),
    _count("graduated", "毕业", "Pupils who graduated"),
    _count("suspended", "休学", "Pupils suspended"),
    _count("deaths", "死亡", "Pupils who died"),
    _count("transfers_out", "转出", "Pupils who transferred out"),
    _count("dropouts", "辍学", "Pupils who dropped out, as the school counts"),
    _count("other_decrease", "其他减少", "Other decrease"),
    _count("stock", "在校生数", "Pupils at 1 September"),
    _count("graduating_stock", "毕业班学生数", "Pupils of the graduating class at 1 September"),
    # what the statistics are held against
    Column("finding", "核对项", "What disagrees in the annual statistics"),
    Column("expected", "应为人数", "Pupils that there should be by the other rows or by the register", "BIGINT", "人"),
    Column("stated", "统计人数", "Pupils that the annual statistics give; null where they give none", "BIGINT", "人"),
    Column(
        "difference",
        "相差人数",
        "By how much the statistics exceed what there should be; null without either",
        "BIGINT",
        "人",
        formula="stated - expected",
    ),
)
