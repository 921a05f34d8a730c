//! Texts of the imports.

use people::community::import::ImportKind;

use super::said::{Said, texts};

texts! {
    TITLE "数据导入" "Imports";
    HELP "先试导入：系统逐行检查并列出错误，确认后才写入。重复导入同一文件不会重复登记。" "A file is tried first: errors are listed by row and column. Nothing is written before you confirm.";
    UPLOAD "上传文件试导入" "Upload a file to try";
    KIND "文件内容" "What it holds";
    FILE "文件（XLSX 或 UTF-8 的 CSV，不超过 16 MB）" "File (XLSX or CSV in UTF-8, at most 16 MB)";
    TRY "开始检查" "Check it";
    TEMPLATES "下载模板" "Templates";
    TEMPLATES_HELP "每个模板有三页：数据、说明、示例。只导入第一页。" "Each has three sheets: data, columns, example. Only the first is imported.";
    LAST "最近的导入" "Last imports";
    NONE "还没有导入记录。请先下载模板，填写后上传试导入。" "No imports yet. Download a template, fill it in and upload it.";
    WHEN "时间" "When";
    MODE "方式" "Mode";
    TRIAL "试导入" "trial";
    REAL "正式导入" "import";
    ROWS "总行数" "Rows";
    CREATED "新增" "New";
    CHANGED "更新" "Changed";
    UNCHANGED "未变" "Unchanged";
    BAD "有误" "Wrong";
    TO_DECIDE "待核对" "To decide";
    MORE "下一页" "Next page";
    ERRORS "错误" "Errors";
    ERRORS_HELP "有误的行不会导入，其余各行不受影响。请在原文件中改正后重新上传。" "These rows are left out, the others are taken. Correct them in your file and upload it again.";
    NO_ERRORS "没有错误。" "No errors.";
    CONFLICTS "需要人工核对" "To be decided by a person";
    ROW "行" "Row";
    COLUMN "列" "Column";
    WRONG "问题" "What is wrong";
    ONLY_FIRST "最多列出 1,000 处。" "At most 1,000 are listed.";
    CONFIRM "确认导入" "Import";
    CONFIRM_HELP "尚未写入。确认后写入行数：" "Nothing is written yet. Rows that will be written: ";
    CONFIRM_SURE "将正式写入数据，有误的行除外。确定吗？" "The rows without errors will be written. Sure?";
    KEPT "上传的文件加密保存一小时，导入后立即删除。" "The file is kept encrypted for an hour and deleted once it is imported.";
    RUNNING "正在导入，完成后本页自动更新。可以离开本页。" "Importing; this page follows. You may leave it.";
    IMPORTED "已正式导入：" "Imported: ";
    SEE_REPORT "查看导入结果" "See the report";
    OVER "文件已删除；如需导入请重新上传。" "The file is gone; upload it again to import it.";
    TRIED "检查完成，没有错误。请确认导入。" "Checked, no errors. Confirm to import.";
    TRIED_WRONG "检查完成，有误的行列在下面。" "Checked; the wrong rows are listed.";
    DONE "导入完成。" "Imported.";
    RUNS "正在导入，请稍候。" "It is being imported.";
    GRID "网格" "grid";
    HOUSEHOLDS "户籍登记" "household register";
    ORGANIZATIONS "单位" "organizations";
    MERCHANTS "商户" "merchants";
    ROSTER "工作人员名册" "staff roster";
    REFRESH "刷新" "Reload";
}

/// The name of a kind of file.
pub(crate) const fn name(kind: &ImportKind) -> Said {
    match kind {
        ImportKind::Grid => GRID,
        ImportKind::Households => HOUSEHOLDS,
        ImportKind::Organizations => ORGANIZATIONS,
        ImportKind::Merchants => MERCHANTS,
        ImportKind::Roster => ROSTER,
    }
}
