"""Deliveries, their rows, the state of sources, checks, and the dictionary itself."""

from __future__ import annotations

from schemas.columns.column import Column, of

COLUMNS = (
    Column("delivery_id", "交付序号", "Running number of a delivery in the warehouse", "BIGINT"),
    Column("delivery", "交付文件", "Delivery as <date>/<file>"),
    Column("version", "版本", "1, 2, … of the deliveries under one name and date with changed content", "BIGINT"),
    Column("kind", "种类", "Kind of extract (section 2.2)"),
    Column("code", "覆盖代码", "Six-digit code in the file name: the division that the delivery covers"),
    Column("delivered_on", "交付日期", "Date of the delivery folder", "DATE"),
    Column("file_name", "文件名", "Name of the file"),
    Column("sha256", "校验值", "SHA-256 of the file's bytes", pattern=r"[0-9a-f]{64}"),
    Column("state", "状态", "State in the life of a delivery, source or case"),
    Column(
        "reason",
        "原因",
        "Why: code of the reason, with the column after a colon where one is meant",
        headers=of("原因", "学籍异动", "劝返"),
    ),
    Column(
        "rows",
        "行数",
        "Rows of the file but the header row and blank rows after the last content",
        "BIGINT",
        "行",
        formula="accepted + rejected + repeats + skipped",
    ),
    Column("accepted", "接收行数", "Rows accepted", "BIGINT", "行"),
    Column("rejected", "拒收行数", "Rows rejected, each in quality.rejected_rows", "BIGINT", "行"),
    Column("repeats", "重复行数", "Rows that repeat an earlier row to the last cell", "BIGINT", "行"),
    Column("skipped", "略过行数", "Titles, totals, footers and blank rows", "BIGINT", "行"),
    Column("unknown_columns", "未知列", "Headers that the header map does not know, joined by ;"),
    Column("size", "文件大小", "Size of the file", "BIGINT", "字节"),
    Column("mtime_ns", "修改时间", "File system time of the last change, nanoseconds", "BIGINT"),
    Column("ctime_ns", "变更时间", "File system time of the last change of the entry, nanoseconds", "BIGINT"),
    Column("superseded", "已被替换", "A newer accepted version of the same name exists", "BOOLEAN"),
    Column(
        "in_use",
        "是否在用",
        "Rows of the delivery may count tonight: in force for some county, school, department or code, or events",
        "BOOLEAN",
    ),
    Column("row_number", "行号", "Line in the file or sheet, counted from 1, header and titles included", "BIGINT"),
    Column("row_json", "原始行", "Row as delivered, JSON", privacy="personal"),
    Column("row", "原始行", "Row as delivered, JSON", privacy="personal"),
    Column("fault", "身份证问题", "What is wrong with the citizen number of a row, for its agency to correct"),
    Column("agency", "报送单位", "Agency that sends deliveries of this kind (section 2.2)"),
    # profile of what came
    Column(
        "without_number", "无有效身份证号行数", "Rows that count at D and have no valid citizen number", "BIGINT", "行"
    ),
    Column(
        "invalid_number",
        "身份证号无效行数",
        "Rows of them whose citizen number was delivered and is none",
        "BIGINT",
        "行",
    ),
    Column(
        "share_without_number",
        "无有效身份证号比例",
        "Share of the rows that count at D without a valid citizen number; null without rows",
        "DECIMAL(9,2)",
        "%",
        formula="without_number / rows × 100, rounded as policy rates.rounding says",
    ),
    # checks
    Column("check", "校验项", "Name of the check"),
    # definitions of indicators
    Column("title", "指标名称", "Chinese name of the indicator"),
    Column("numerator_words", "分子说明", "What the numerator counts, in Chinese"),
    Column("denominator_words", "分母说明", "What the denominator counts, in Chinese; null for a measure without one"),
    Column("population_base", "统计口径", "Whose children are counted: by registry, by school, or by case"),
    Column("lines", "责任线", "Lines of responsibility whose units the indicator is counted for"),
    Column("rounding", "修约规则", "Where decimals and rounding are set; null for counts"),
    Column("headline", "主口径", "The variant that policy makes the headline, or the only one", "BOOLEAN"),
    Column("sources", "所用资料", "Kinds of extracts that the figure stands on, joined by 、"),
    Column("policy_target", "对应目标", "Key of policy [targets] that the figure is held against; null without one"),
    Column("model", "计算模型", "Model that computes the figure: pipelines/models/<layer>/<table>.sql"),
    Column("valid_from", "起用日期", "First date for which it is counted so", "DATE"),
    Column("table_name", "表名", "Table that is meant, schema.table"),
    Column("verdict", "结果", "pass, warn or fail"),
    Column("severity", "不通过时", "What it does when it does not pass: stop the night, publish with a mark, note"),
    Column("waived_reason", "豁免理由", "Why what was found is accepted; null where nobody accepted it"),
    Column("waived_by", "豁免责任单位", "Office that answers for the waiver"),
    Column("waived_until", "豁免到期日", "Last night that the waiver covers; the check fails again after it", "DATE"),
    Column("count", "数量", "Rows, keys or cells that offend; 0 when the check passes", "BIGINT", "个"),
    Column("message", "说明", "What was found, one sentence"),
    Column("sample", "样例", "At most five keys of offending rows, never names or numbers", "VARCHAR[]"),
    Column("action", "处理办法", "What to do"),
    Column(
        "sources_behind", "未正常报送资料数", "Kinds of extracts that are refused, missing or stale", "BIGINT", "个"
    ),
    # dictionary
    Column("file", "所在文件", "Published database in which it stands; null for what stays in the warehouse"),
    Column("object_type", "形式", "table, view or macro"),
    Column("table_label", "表中文名", "Chinese name of the table"),
    Column("position", "序号", "Place of the column in its table, from 1", "BIGINT"),
    Column("column_name", "列名", "Name of the column"),
    Column("label", "中文名", "Chinese label"),
    Column("description", "英文说明", "English description"),
    Column("type", "数据类型", "Data type"),
    Column("unit", "单位", "Unit of measure"),
    Column("formula", "公式", "How a computed value is made"),
    Column("source", "来源", "Source headers of a delivered column, or the kinds that the table stands on"),
    Column(
        "origin",
        "源头",
        "Source headers that the column's values come from, read from the SQL of the models; a kind alone means its "
        "rows, null a word that the program writes",
    ),
    Column("allowed_values", "取值", "Values allowed in the column, joined by ;"),
    Column("is_key", "是否主键", "The column is part of the table's key", "BOOLEAN"),
)
