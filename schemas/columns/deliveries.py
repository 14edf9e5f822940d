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
    Column("row_number", "行号", "Line in the file or sheet, counted from 1, header and titles included", "BIGINT"),
    Column("row_json", "原始行", "Row as delivered, JSON", privacy="personal"),
    Column("row", "原始行", "Row as delivered, JSON", privacy="personal"),
    # checks
    Column("check", "校验项", "Name of the check"),
    Column("table_name", "表名", "Table that is meant, schema.table"),
    Column("verdict", "结果", "pass, warn or fail"),
    Column("blocking", "是否阻断", "A failure stops the publication", "BOOLEAN"),
    Column("count", "数量", "Rows, keys or cells that offend; 0 when the check passes", "BIGINT", "个"),
    Column("message", "说明", "What was found, one sentence"),
    Column("sample", "样例", "At most five keys of offending rows, never names or numbers", "VARCHAR[]"),
    Column("action", "处理办法", "What to do"),
    # dictionary
    Column("table_label", "表中文名", "Chinese name of the table"),
    Column("position", "序号", "Place of the column in its table, from 1", "BIGINT"),
    Column("column_name", "列名", "Name of the column"),
    Column("label", "中文名", "Chinese label"),
    Column("description", "英文说明", "English description"),
    Column("type", "数据类型", "Data type"),
    Column("unit", "单位", "Unit of measure"),
    Column("formula", "公式", "How a computed value is made"),
    Column("source", "来源", "Source headers of a delivered column, or the kinds that the table stands on"),
    Column("allowed_values", "取值", "Values allowed in the column, joined by ;"),
    Column("is_key", "是否主键", "The column is part of the table's key", "BOOLEAN"),
)
