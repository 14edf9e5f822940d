"""Working columns of status: what tonight's rows and memory say of a child, as the ladder of 3.3 asks."""

from __future__ import annotations

from schemas.columns.column import Column


def _fact(name: str, label: str, description: str, kind: str = "VARCHAR", unit: str = "") -> Column:
    """A fact about one child."""
    return Column(name, label, description, kind, unit, privacy="child")


COLUMNS = (
    # primary registry row
    _fact("r_row_id", "户籍行标识", "Primary registry row", "BIGINT"),
    _fact("r_status", "户籍状态", "State of the primary registry row"),
    _fact("r_status_date", "户籍状态日期", "Date of that state", "DATE"),
    _fact("r_county", "户籍县", "County of the primary registry row"),
    # primary enrolment row, grades 1-9
    _fact("e_row_id", "学籍行标识", "Primary enrolment row of tonight", "BIGINT"),
    _fact("e_status", "学籍状态", "State of the primary enrolment row"),
    _fact("e_status_date", "学籍状态日期", "Date of that state", "DATE"),
    _fact("e_grade", "学籍年级", "Grade of the primary enrolment row", "SMALLINT", "年级"),
    _fact("e_school", "学籍学校", "School of the primary enrolment row"),
    _fact("e_end", "休学有效截止", "End of its suspension, moved to the end of the holidays", "DATE"),
    _fact("e_county", "学校所在县", "County of its school"),
    _fact("e_school_year", "交付学年", "School year of the delivery it stands in"),
    _fact("active_rows", "在读学籍数", "Active enrolment rows of the child", "BIGINT", "行"),
    _fact("senior", "高中在读", "An enrolment row of grades 10-12 is 在读", "BOOLEAN"),
    # memory
    _fact("remembered", "是否记忆", "Known by an earlier night's enrolment row only", "BOOLEAN"),
    _fact(
        "m_graduated",
        "记忆已毕业",
        "Graduated on an earlier night, as no row says tonight",
        "BOOLEAN",
    ),
    _fact("m_school_year", "记忆学年", "School year in which the remembered row was last seen"),
    _fact("m_status", "记忆学籍状态", "State of the remembered row"),
    _fact("m_status_date", "记忆状态日期", "Date of that state", "DATE"),
    _fact("m_grade", "记忆年级", "Grade of the remembered row", "SMALLINT", "年级"),
    _fact("m_school", "记忆学校", "School of the remembered row"),
    # roll call
    _fact("present_on", "点名在校日期", "Date of the roll in force that shows the child in school", "DATE"),
    _fact("present_school", "点名在校学校", "School of that roll"),
    _fact("present_grade", "点名在校年级", "Grade on that roll", "SMALLINT", "年级"),
    _fact("present_row_id", "点名行标识", "Row of that roll", "BIGINT"),
    _fact("roll_school", "点名学校", "School of the newest roll that names the child"),
    _fact("roll_grade", "点名年级", "Grade on the newest roll that names the child", "SMALLINT", "年级"),
    # reports and absences
    _fact("back", "倒数上课日", "1 for the last reported school day, 2 for the one before", "BIGINT"),
    _fact("last_day_number", "最近报告上课日", "Number of the last reported school day", "INTEGER"),
    _fact("streak", "连续缺课天数", "Consecutive school days of unexcused absence", "BIGINT", "天"),
    _fact("last_day", "缺课末日", "Last day of the streak", "DATE"),
    # approvals
    _fact("is_open", "窗口有效", "The window of the approval is open at D", "BOOLEAN"),
    _fact("exempt_deceased", "免除（死亡）", "An approved exemption 死亡", "BOOLEAN"),
    _fact("exempt_emigrated", "免除（出国）", "An approved exemption 出国(境)", "BOOLEAN"),
    _fact("placed", "已安置", "An approved placement that counts at D", "BOOLEAN"),
    _fact("deferred", "已延缓", "An approved deferral whose window is open", "BOOLEAN"),
    _fact("approved_placement", "安置有效", "An approved placement that counts at D", "BOOLEAN"),
    _fact("approved_deferral", "延缓有效", "An approved deferral whose window is open", "BOOLEAN"),
    _fact("deferral_ended", "延缓期满", "An approved deferral ended in the 365 days before D", "BOOLEAN"),
    # changes and look-ups
    _fact("deceased", "异动死亡", "A change 死亡 dated by D", "BOOLEAN"),
    _fact("change_deceased", "异动死亡标记", "A change 死亡 dated by D", "BOOLEAN"),
    _fact("graduated_on", "毕业日期", "Latest change 毕业 in the last junior grade, of tonight or remembered", "DATE"),
    _fact("change_graduated_on", "异动毕业日期", "Latest change 毕业 in the last junior grade visible tonight", "DATE"),
    _fact("lookup_other_province", "查询省外就读", "Latest look-up found schooling in another province", "BOOLEAN"),
    _fact("found_elsewhere", "曾查得省外就读", "A look-up of any date found schooling in another province", "BOOLEAN"),
    # groups and listings
    _fact("pupil_disabled", "学籍残疾", "The enrolment row names a disability", "BOOLEAN"),
    _fact(
        "three_disabilities", "三类残疾", "A row 视力, 听力, 言语, 智力 or 多重 of the disability register", "BOOLEAN"
    ),
    _fact("listing_division", "名单区划", "Division of the first listing that names the child"),
    _fact("listing_county", "名单县", "County of the first listing that names the child"),
    _fact("listing_row_id", "名单行标识", "First listing that names the child", "BIGINT"),
    # what the day decides
    _fact("left_by_rule", "按规定离校", "Remembered pupil of a last grade whose row is gone at its end", "BOOLEAN"),
    _fact("in_suspension", "休学期内", "The suspension is not over", "BOOLEAN"),
    _fact("lookup_holds", "查询有效期内", "The latest look-up is not too old", "BOOLEAN"),
    _fact("leaver_in_time", "升学宽限期内", "The grace of a leaver of a last grade has not run out", "BOOLEAN"),
    _fact("exit_in_time", "转出宽限期内", "The grace after the exit has not run out", "BOOLEAN"),
    _fact("move_in_time", "迁出宽限期内", "The grace after the move has not run out", "BOOLEAN"),
    _fact(
        "entry_in_time", "入学宽限期内", "Begins school this year, and the grace of entry has not run out", "BOOLEAN"
    ),
    _fact(
        "past_school_age",
        "已超结案年龄",
        "age.close_at is reached, of a child neither 在读 nor in a senior school",
        "BOOLEAN",
    ),
    # who is no child of the universe
    _fact("counted", "当晚人员", "A person of tonight all the same", "BOOLEAN"),
    _fact("same_number", "号码属于他人", "A child of the universe has this person's number", "BOOLEAN"),
    # verdict
    _fact("first_without_on", "学籍消失日期", "Date of the first 学籍 delivery without the remembered row", "DATE"),
    _fact("evidence_on", "证据日期", "Date of the category's evidence; null for never_enrolled", "DATE"),
    _fact("dropped_on", "辍学日期", "Date of dropping out: 状态日期 where filled, else opened_on", "DATE"),
    _fact("evidence_row_id", "证据行标识", "Row that is the evidence", "BIGINT"),
    _fact("by_roll", "点名在校", "In school by roll call alone", "BOOLEAN"),
    _fact("return_school", "复学学校", "School that confirms a return"),
    _fact("graduation_presumed", "推定毕业", "Remembered pupil of the last junior grade whose row is gone", "BOOLEAN"),
)
