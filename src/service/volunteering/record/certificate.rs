//! The certificate: one HTML page to be printed, without anything from elsewhere. It states approved hours only.

use chrono::NaiveDate;

use crate::volunteering::hours::shown;

/// One line: project, half hours, times of service.
pub(super) struct Line {
    pub(super) title: String,
    pub(super) half_hours: i32,
    pub(super) times: i64,
}

/// What it states about whom.
pub(super) struct Certificate {
    pub(super) name: String,
    pub(super) number: String,
    pub(super) day: NaiveDate,
    pub(super) lines: Vec<Line>,
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

const STYLE: &str = "body{font-family:serif;margin:2cm;color:#000}h1{text-align:center}table{width:100%;border-collapse:collapse}\
                     th,td{border:1px solid #000;padding:.4em;text-align:left}td.n,th.n{text-align:right}@page{size:A4}";

/// The page.
pub(super) fn page(certificate: &Certificate) -> String {
    let rows: String = certificate
        .lines
        .iter()
        .map(|line| {
            format!(
                "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                escape(&line.title),
                line.times,
                shown(line.half_hours)
            )
        })
        .collect();
    let total: i32 = certificate.lines.iter().map(|line| line.half_hours).sum();
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>志愿服务证明</title><style>{STYLE}</style></head><body><h1>志愿服务证明<br><small>Certificate of volunteer service</small></h1>\
         <p>{}（{}）截至 {} 经核准的志愿服务时长共 <strong>{} 小时</strong>。</p>\
         <p lang=\"en\">Approved hours of volunteer service up to {}: <strong>{}</strong>.</p>\
         <table><thead><tr><th>项目 Project</th><th class=\"n\">次数 Times</th><th class=\"n\">小时 Hours</th></tr></thead><tbody>{rows}</tbody></table>\
         </body></html>",
        escape(&certificate.name),
        escape(&certificate.number),
        certificate.day,
        shown(total),
        certificate.day,
        shown(total),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_titles_are_text_never_markup() {
        let certificate = Certificate {
            name: "<script>".to_owned(),
            number: "SQ-1".to_owned(),
            day: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
            lines: vec![
                Line { title: "a&\"b\"".to_owned(), half_hours: 3, times: 1 },
                Line { title: "c".to_owned(), half_hours: 4, times: 2 },
            ],
        };
        let page = page(&certificate);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
        assert!(page.contains("a&amp;&quot;b&quot;"), "{page}");
        assert!(page.contains("<strong>3.5 小时</strong>"), "{page}");
        assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("src="), "{page}");
    }
}
