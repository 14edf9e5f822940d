"""The contracts of what is published, against section 6.1 of the specification written out once more."""

import pytest

from schemas.catalogue import CATALOGUE, tables_of
from schemas.columns import COLUMNS

U = "unit_code unit_level unit_name parent_code "
CASES = (
    "child_key case_id episode state category opened_on verified_on closed_on close_reason relapse sub_state "
    "household_division school_code stage poor visits last_action_on legal_step verify_due first_visit_due notice_due "
    "penalty_due lawsuit_due month_report_due overdue"
)
# table: (columns after as_of as section 6.1 lists them, what may follow, key after as_of)
SPEC = {
    "published.zeroing": (
        U + "line group open_at_start opened relapsed closed open_at_end suspected_open verified_open overdue zeroed "
        "zeroed_since days_since_zero ever_opened ever_closed clearance_rate",
        "relapse_rate median_days_to_close suppressed",
        "unit_code line group",
    ),
    "published.closures": (
        U + "line close_reason closed_today closed_this_school_year closed_to_date",
        "suppressed",
        "unit_code line close_reason",
    ),
    "published.dropout_rate": (
        U + "school_year stage variant numerator denominator rate limit_rate over_limit last_year_rate consecutive "
        "at_bound note",
        "suppressed",
        "unit_code school_year stage variant",
    ),
    "published.retention": (
        U + "school_year indicator variant numerator entrants transfers_in transfers_out deaths denominator rate "
        "rate_shown target met gap_children transfers_unmatched at_bound note",
        "suppressed",
        "unit_code school_year indicator variant",
    ),
    "published.enrolment_rate": (
        U + "school_year indicator group numerator denominator rate target met gap_children at_bound",
        "suppressed",
        "unit_code school_year indicator group",
    ),
    "published.residence": (
        U + "local_local local_elsewhere_province local_elsewhere outside_local outside_province_local",
        "",
        "unit_code",
    ),
    "published.three_way": (
        U + "education poverty_office ledger common education_only poverty_only ledger_only education_poverty "
        "education_ledger poverty_ledger agreed",
        "",
        "unit_code",
    ),
    "published.monthly_six": (
        U + "month stage suspected verified returned",
        "suppressed",
        "unit_code month stage",
    ),
    "published.deadlines": (U + "deadline due overdue oldest_overdue_days", "suppressed", "unit_code deadline"),
    "published.bridge": (U + "side step reason children remainder", "", "unit_code side step reason"),
    "published.yield": (
        U + "category month opened verified not_substantiated found_enrolled undecided yield",
        "",
        "unit_code category month",
    ),
    "published.integrity": (U + "month measure value base warned", "fact suppressed", "unit_code month measure"),
    "published.accountability": (
        U + "list subject measure value limit_value",
        "suppressed",
        "unit_code list subject measure",
    ),
    "published.seasonal": (
        U + "season season_year school_days unexcused_days excused_days cases_opened unapproved_holidays",
        "school_days_last_year unexcused_days_last_year excused_days_last_year cases_opened_last_year "
        "unapproved_holidays_last_year",
        "unit_code season",
    ),
    "published.reasons": (U + "stage reason placement cases", "", "unit_code stage reason placement"),
    "published.campaign": (
        U + "campaign target_date opened closed open share_closed added_later",
        "group",
        "unit_code campaign group",
    ),
    "published.handover": (U + "leavers arrived pending lost", "suppressed", "unit_code"),
    "published.ranking": (U + "indicator value rank of change_since_last_month", "", "unit_code indicator"),
    "published.assessment": (U + "indicator value line met veto gap_children", "failed", "unit_code indicator"),
    "published.restatements": (
        U + "table_name key column_name old_value new_value cause known_on",
        "night run_id files",
        "unit_code table_name key column_name night run_id",
    ),
    "published.change": (
        U + "line group measure span then_on value_then value_now change",
        "",
        "unit_code line group measure span",
    ),
    # More than section 6.1 names: what the line on the page is drawn from.
    "published.trend": (
        "",
        U + "night open_at_end suspected_open verified_open overdue zeroed",
        "unit_code night",
    ),
    # The cycles of reporting (1.1).
    "published.cycle": (
        "",
        U
        + "line group cycle period from_date to_date open_at_start opened relapsed verified returned placements closed "
        "open_at_end",
        "unit_code line group cycle",
    ),
    "published.source_status": (
        "kind division state delivered_on rows accepted rejected reason",
        "",
        "kind division",
    ),
    "restricted.children": (
        "child_key status category match_tier flags household_division school_code grade school_age sex ethnicity "
        "poor assisted disabled left_behind migrant",
        "evidence_delivery evidence_row",
        "child_key",
    ),
    "restricted.accountability_list": (
        U + "list subject measure value limit_value",
        "",
        "unit_code list subject measure",
    ),
    "restricted.integrity_alarms": (U + "month measure value base warned", "fact", "unit_code month measure"),
    "restricted.figure_children": (
        "indicator child_key household_division school_code grade status category",
        "",
        "indicator child_key",
    ),
    "restricted.figure_sources": ("unit_code indicator stage statistics_rows", "", "unit_code indicator stage"),
    "restricted.cases": (
        CASES,
        "county_head township_head village_head parent bureau_head principal class_teacher",
        "child_key case_id",
    ),
    "restricted.events": (
        "case_id event on_date reason evidence_kind evidence_delivery evidence_row",
        "child_key",
        "case_id event on_date",
    ),
    "restricted.identities": ("child_key child_id name birth_date guardian phone", "", "child_key"),
    "restricted.lookup_requests": ("child_key route last_lookup_on", "", "child_key"),
    "restricted.registry_duplicates": (
        "child_key household_division delivery row_number status status_date",
        "",
        "child_key household_division delivery row_number",
    ),
    "restricted.enrolment_duplicates": (
        "child_key school_code delivery row_number grade status status_date both_active",
        "",
        "child_key school_code delivery row_number",
    ),
    # More than section 6.1 names: checks between rows of 教基统计, and with the register.
    "restricted.statistics_checks": (
        "",
        "school_code school_year grade finding county expected stated difference",
        "school_code school_year grade finding",
    ),
    "restricted.reporting_gaps": ("school_code last_reported", "", "school_code"),
    "restricted.paper_returns": ("child_key case_id reason school_code", "", "child_key case_id reason"),
    "restricted.three_way_children": ("county child_key region", "", "county child_key"),
    **{
        f"restricted.{name}": ("child_key county since action", "", "child_key")
        for name in ("no_registry", "register_to_move", "moved_away", "disabled_out", "long_leave")
    },
    "restricted.evidence": (
        "",
        "child_key kind delivery row_number on_date said used_for",
        "child_key kind delivery row_number",
    ),
    "restricted.responsibility_gaps": ("role unit_code cases", "", "role unit_code"),
    # Three of the four lists of 4.7, more than section 6.1 names.
    "restricted.task_list": (
        "",
        "child_key case_id deadline role unit_code line county state due_on days_left met overdue",
        "child_key case_id deadline role",
    ),
    "restricted.overdue_list": (
        "",
        "child_key case_id deadline role unit_code line county state due_on days_overdue",
        "child_key case_id deadline role",
    ),
    "restricted.closed_list": (
        "",
        "child_key case_id county school_code stage closed_on close_reason this_month evidence_kind evidence_delivery "
        "evidence_row",
        "child_key case_id",
    ),
    # What the name list of 6.2 says beside cases, children and identities.
    "restricted.roster": (
        "",
        "child_key case_id county township_code village_code reason placement last_visit_on deadline due_on",
        "child_key case_id",
    ),
    "restricted.match_review": (
        "child_key delivery row_number probability agreements disagreements decision",
        "",
        "child_key delivery row_number",
    ),
    "restricted.id_faults": ("delivery row_number kind fault agency county", "", "delivery row_number fault"),
    "quality.deliveries": (
        "delivery kind code delivered_on sha256 state reason rows accepted rejected repeats skipped",
        "version in_use unknown_columns message",
        "delivery version",
    ),
    "quality.rejected_rows": ("delivery row_number kind reason row", "version", "delivery version row_number"),
    # Profiles of what came, by which the drift of a night is told.
    "quality.delivery_profile": (
        "",
        "unit_code unit_level unit_name parent_code kind rows accepted rejected without_number invalid_number "
        "share_without_number",
        "unit_code kind",
    ),
    "quality.county_profile": (
        "",
        "unit_code unit_level unit_name parent_code children opened relapsed new_cases per_thousand",
        "unit_code",
    ),
}
DATES = (
    "as_of zeroed_since delivered_on opened_on verified_on closed_on last_action_on on_date birth_date last_lookup_on "
)
DATES += (
    "since verify_due first_visit_due notice_due penalty_due lawsuit_due month_report_due status_date last_reported "
)
DATES += "known_on night then_on due_on target_date last_visit_on from_date to_date"
YES_NO = (
    "zeroed over_limit consecutive at_bound met agreed relapse poor assisted disabled left_behind migrant both_active "
)
YES_NO += "in_use warned this_month veto failed"
RATES = "clearance_rate relapse_rate median_days_to_close rate limit_rate last_year_rate rate_shown target yield value "
RATES += "limit_value share_closed change_since_last_month share_without_number per_thousand"
NUMBERS = "run_id statistics_rows days_since_zero oldest_overdue_days episode grade school_age row_number evidence_row "
NUMBERS += (
    "visits cases base rank of days_left days_overdue school_days unapproved_holidays school_days_last_year "
    "unapproved_holidays_last_year"
)


@pytest.mark.parametrize("full_name", sorted(SPEC))
def test_columns_and_key_are_those_of_the_specification(full_name):
    columns, more, key = SPEC[full_name]
    table = CATALOGUE[full_name]
    assert table.columns == ("as_of", *columns.split(), *more.split())
    assert table.key == ("as_of", *key.split())


@pytest.mark.parametrize("full_name", sorted(SPEC))
def test_types_are_those_of_section_6_4(full_name):
    table = CATALOGUE[full_name]
    for name in table.columns:
        found = table.type_of(name)
        if (full_name, name) == ("restricted.cases", "overdue"):
            assert found == "VARCHAR[]"
        elif (full_name, name) == ("restricted.task_list", "overdue"):
            assert found == "BOOLEAN"
        elif name == "value" and full_name in ("published.integrity", "restricted.integrity_alarms"):
            assert found == "BIGINT"  # a count, as its base
        elif (full_name, name) == ("published.assessment", "line"):
            assert found == "DECIMAL(9,2)"
        elif name == "probability":
            assert found == "DECIMAL(9,6)"  # two places would not tell 0.99 from 0.985
        elif name in DATES.split():
            assert found == "DATE", name
        elif name in YES_NO.split() or name == "suppressed":
            assert found == "BOOLEAN", name
        elif name in RATES.split():
            assert found == "DECIMAL(9,2)", name
        elif COLUMNS[name].unit in ("人", "行", "人天") or name in NUMBERS.split() or name == "version":
            assert found == "BIGINT", name
        else:
            assert found == "VARCHAR", name


def test_nothing_that_leaves_the_warehouse_lacks_a_contract():
    found = {table.full_name for table in tables_of("published", "restricted", "quality")}
    assert found == {*SPEC, "published.dictionary", "published.indicator", "quality.checks"}


def test_public_tables_speak_of_no_child():
    for table in tables_of("published"):
        assert table.audience == "public"
        assert all(COLUMNS[name].privacy == "public" for name in table.columns), table.full_name


def test_names_and_numbers_stand_only_where_the_specification_puts_them():
    personal = {
        table.full_name: [name for name in table.columns if COLUMNS[name].privacy == "personal"]
        for table in tables_of("restricted", "quality")
    }
    assert {name: columns for name, columns in personal.items() if columns} == {
        "restricted.identities": ["child_id", "name", "birth_date", "guardian", "phone"],
        "restricted.cases": SPEC["restricted.cases"][1].split(),
        "quality.rejected_rows": ["row"],
    }


def test_tables_with_small_units_say_what_is_suppressed():
    for table in tables_of("published"):
        levels = table.values.get("unit_level", ())
        assert ("suppressed" in table.columns) == bool({"village", "school"} & set(levels)), table.full_name
        assert bool(table.counted) == ("suppressed" in table.columns), table.full_name
