//! The columns of a file of requests.

use people::community::import::Column;

const fn column(name: &'static str, zh: &'static str, required: bool, about: &'static str) -> Column {
    Column { name, zh, required, about }
}

/// In the order of the template.
pub(super) const COLUMNS: [Column; 8] = [
    column("number", "原编号", true, "在原系统或台账中的编号，不重复"),
    column("place", "网格编码", true, "本社区内的网格编码"),
    column("text", "诉求内容", true, "1 至 500 字"),
    column("category", "事项编码", false, "责任清单中的编码；不填进入社区待派队列"),
    column("place_text", "详细地点", false, "1 至 200 字"),
    column("phone", "联系电话", false, "诉求人手机号"),
    column("lat", "纬度", false, "WGS-84，与经度一起填"),
    column("lon", "经度", false, "WGS-84"),
];
