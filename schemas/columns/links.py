"""Working columns of core and matching: where a row stands, whom it speaks of, and the county's calendar."""

from __future__ import annotations

from schemas.columns.column import Column


def _node(name: str, label: str, description: str) -> Column:
    """A node of the matching: 17 digits of a citizen number, or a negative row_id; hence as personal as the number."""
    return Column(name, label, description, "BIGINT", privacy="personal")


COLUMNS = (
    # rows
    Column(
        "row_id",
        "行标识",
        "A delivered row as one number, in the order of delivery date, file name and row",
        "BIGINT",
        privacy="child",
        formula="delivery_order × 4294967296 + row_number",
    ),
    Column("delivery_order", "交付次序", "Rank of an accepted delivery by date, file name and version", "INTEGER"),
    Column(
        "narrowness", "覆盖范围", "How narrow the code of the file is: 1 province, 2 prefecture, 3 county", "INTEGER"
    ),
    Column("precedence", "优先次序", "Of two reference rows with one key the higher counts", "INTEGER"),
    Column("rank", "次序", "Rank among its likes, 1 first", "INTEGER"),
    # places
    Column("level", "区划级别", "Level of the division: province, prefecture, county, township, village"),
    Column("county_code", "县级代码", "County-level unit that the row belongs to, 12 digits"),
    Column("county_name", "县级名称", "Name of the county-level unit"),
    Column("prefecture_code", "地级代码", "Prefecture above, 12 digits"),
    Column("province_code", "省级代码", "Province above, 12 digits"),
    Column("township_code", "乡级代码", "Township above, 12 digits"),
    Column("village_code", "村级代码", "Village, 12 digits"),
    Column("school_county", "学校所在县", "County of the school, 12 digits"),
    Column("school_township", "学校所在乡镇", "Township of the school, 12 digits"),
    Column("school_prefecture", "学校所在地市", "Prefecture of the school, 12 digits"),
    Column("school_province", "学校所在省", "Province of the school, 12 digits"),
    # calendar
    Column(
        "distance",
        "校历级差",
        "Whose calendar it is: 0 the county's own, 1 its prefecture's, 2 its province's",
        "INTEGER",
    ),
    Column("term_number", "学期序号", "Number of the term in its school year", "INTEGER"),
    Column("next_start", "下学期开始", "First day of the next term; null where none is known", "DATE"),
    Column("term_start", "本学期开始", "First day of the last term begun; null where none is known", "DATE"),
    Column(
        "autumn_start", "秋季开学", "First day of the autumn term of the school year of D, else 1 September", "DATE"
    ),
    Column("day", "上课日", "A school day of the county", "DATE"),
    Column("day_number", "上课日序号", "School days of the county counted through", "INTEGER"),
    Column(
        "effective_end",
        "有效截止日期",
        "End of an approval, moved to the end of the holidays (3.3)",
        "DATE",
        privacy="child",
    ),
    Column("in_force", "是否有效", "The roll is in force at D (3.4)", "BOOLEAN"),
    Column("sick_leave", "是否病假", "The absence is 病假", "BOOLEAN", privacy="child"),
    Column("unexcused", "是否旷课", "The absence is 旷课 or 不明", "BOOLEAN", privacy="child"),
    Column("year", "年份", "First calendar year of the school year", "INTEGER"),
    # the night
    Column(
        "previous_night", "上次统计日期", "Night before, whose ledger this one goes on from; null for the first", "DATE"
    ),
    Column("year_start", "学年起始", "1 September of the school year of D", "DATE"),
    Column("age_on", "学龄计算日", "31 August at which school age counts", "DATE"),
    # identities
    Column(
        "number",
        "身份证号本体",
        "First 17 digits of the valid citizen number; null without one",
        "BIGINT",
        privacy="personal",
    ),
    Column(
        "embedded",
        "学籍号内号码本体",
        "First 17 digits of the valid citizen number inside a formal student number",
        "BIGINT",
        privacy="personal",
    ),
    Column(
        "hash",
        "姓名散列",
        "16 hex digits for a child without a number",
        privacy="personal",
        formula="SHA-256(name|birth_date|sex|county)",
    ),
    _node("node", "节点", "Number of the row, else minus its row_id: rows of one node are one person"),
    _node("root", "根节点", "Largest node of the nodes that reviewers joined"),
    _node("low_node", "裁定节点（小）", "Smaller node of a judged pair"),
    _node("high_node", "裁定节点（大）", "Larger node of a judged pair"),
    _node("registry_node", "户籍节点", "Node of the registry person"),
    _node("enrolment_node", "学籍节点", "Node of the enrolment person"),
    Column("registry_row_id", "户籍行标识", "Registry row of the pair", "BIGINT", privacy="child"),
    Column("enrolment_row_id", "学籍行标识", "Enrolment row of the pair", "BIGINT", privacy="child"),
    Column("delivered", "身份证号（所报）", "Citizen number as delivered, damaged or not", privacy="personal"),
    Column(
        "delivered_embedded",
        "学籍号内号码（所报）",
        "What stands behind the G of a student number, damaged or not",
        privacy="personal",
    ),
    Column(
        "probability",
        "匹配概率",
        "Probability that both rows speak of one person, by the model of tier 4",
        "DECIMAL(9,6)",
        "概率",
        privacy="child",
    ),
    Column(
        "weight",
        "匹配权重",
        "Bits that speak for one person, log2 of the odds of the probability",
        "DECIMAL(9,3)",
        privacy="child",
    ),
    Column(
        "agreements",
        "一致之处",
        "What speaks for one person, strongest first, each with its weight in bits, joined by ;",
        privacy="child",
    ),
    Column(
        "disagreements",
        "不一致之处",
        "What speaks against one person, strongest first, each with its weight in bits, joined by ;",
        privacy="child",
    ),
    Column("different_person", "裁定不同人", "Reviewers say that the two are not one", "BOOLEAN", privacy="child"),
    Column("linked", "已匹配", "Tier 4 joins the two", "BOOLEAN", privacy="child"),
    _node("person", "人员", "Person that the rows of one night speak of"),
    Column("tier", "匹配层级", "Tier of the link to the registry; null without one", privacy="child"),
    Column(
        "is_primary",
        "是否主记录",
        "The row that speaks for the person (双重户籍, 双重学籍)",
        "BOOLEAN",
        privacy="child",
    ),
    Column("side", "当事方", "1 first party, 2 second party", "INTEGER"),
    Column("same_person", "同一人", "Reviewers say the two are one", "BOOLEAN", privacy="child"),
    Column(
        "origin_rank",
        "来源次序",
        "Rank of the kind that first names the person (R, E, I, P, A, B, C, Q)",
        "INTEGER",
        privacy="child",
    ),
    Column("first_rank", "首行来源次序", "Rank of the kind of the person's first row", "INTEGER", privacy="child"),
    Column("first_row_id", "首行标识", "First row that names the person", "BIGINT", privacy="child"),
    Column("shared_name", "同名未区分", "Several unlinked persons share the hash", "BOOLEAN", privacy="child"),
    Column(
        "memory_id",
        "记忆标识",
        "child_id under which the child is remembered; null where it is tonight's own, and where it is not",
        privacy="personal",
    ),
    Column("named", "当晚有记录", "Rows of tonight name the child", "BOOLEAN", privacy="child"),
    Column(
        "old_child_id", "原儿童标识", "child_id of an earlier night that this person takes over", privacy="personal"
    ),
)
