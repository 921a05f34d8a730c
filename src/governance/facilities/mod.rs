//! Facilities: the register of lamps, lifts, hydrants with the unit that answers for each, the QR code on each, and the devices that
//! watch them.
//!
//! Owns the tables `facilities`, `facility_device_keys`, `facility_alarms`.
//!
//! Invariants: a code on a facility is random and never changes, so what is printed stays valid; a device key is shown once, stored as a
//! hash, speaks for one group of one community, and after a rotation the old one is taken for a day; an alarm is stored once, however
//! often a device sends it; alarms of one kind about one facility make one lead.

mod alarm;
mod device_key;
pub mod http;
pub mod http_alarm;
pub mod http_import;
pub mod http_keys;
mod import;
mod rows;
mod rows_alarm;
mod rows_key;
mod scan;
mod schema;
mod view;
mod write;

use base::db::DbResult;
use base::ids::GridUnitId;
use diesel::PgConnection;

pub use alarm::{AlarmView, NewAlarm};
pub use device_key::NewDeviceKey;
pub use import::{FacilityImportReport, import_file};
pub use scan::{FacilityReport, ReportedView, ScanView};
pub use view::FacilityView;
pub use write::{FacilityEdit, NewFacility};

base::typed_ids! {
    /// A facility.
    FacilityId;
    /// A key of devices.
    DeviceKeyId;
    /// An alarm.
    AlarmId;
}

base::error_codes! {
    FACILITY_CODE_TAKEN 409 "facility_code_taken" "本社区已有该编号的设施。" "A facility of this community has that code.";
    FACILITY_UNIT 422 "facility_unit_wrong" "责任单位不存在，或不在本社区（街道）范围内。" "The unit doesn't exist, isn't active, or is no unit of this community or street.";
    FACILITY_REMOVED 409 "facility_removed" "该设施已拆除。" "The facility is removed.";
    DEVICE_KEY_INVALID 401 "device_key_invalid" "设备密钥无效或已停用。" "The device key is wrong or revoked.";
    DEVICE_KEY_REVOKED 409 "device_key_revoked" "该密钥已停用，请新建。" "The key is revoked; make a new one.";
    ALARM_TIME 422 "alarm_time_wrong" "告警时间应在最近 7 天之内。" "The alarm's time lies within the last seven days.";
}

base::words! {
    /// What a facility is.
    FacilityKind {
        /// 路灯
        Lamp = "lamp" "路灯",
        /// 电梯
        Lift = "lift" "电梯",
        /// 消防栓
        Hydrant = "hydrant" "消防栓",
        /// 井盖
        Manhole = "manhole" "井盖",
        /// 摄像头
        Camera = "camera" "摄像头",
        /// 门禁
        Gate = "gate" "门禁",
        /// 垃圾桶
        Bin = "bin" "垃圾桶",
        /// 充电桩
        Charger = "charger" "充电桩",
        /// 健身游乐设施
        Playground = "playground" "健身游乐设施",
        /// 水泵
        Pump = "pump" "水泵",
        /// 其他
        Other = "other" "其他设施",
    }
}

base::words! {
    /// State of a facility; removed is the end.
    FacilityState {
        /// Works.
        InUse = "in_use" "正常",
        /// Doesn't work.
        Broken = "broken" "故障",
        /// Put out of use.
        OutOfUse = "out_of_use" "停用",
        /// Not there any more.
        Removed = "removed" "已拆除",
    }
}

base::words! {
    /// What a device reports.
    AlarmKind {
        /// A fault.
        Fault = "fault" "故障",
        /// It doesn't answer.
        Offline = "offline" "离线",
        /// Water where none should be.
        Water = "water" "积水",
        /// Smoke.
        Smoke = "smoke" "烟雾",
        /// Gas.
        Gas = "gas" "燃气",
        /// It leans.
        Tilt = "tilt" "倾斜",
        /// It was opened.
        Opened = "opened" "被打开",
        /// Too hot or too cold.
        Temperature = "temperature" "温度异常",
        /// Pressure.
        Pressure = "pressure" "压力异常",
        /// Power.
        Power = "power" "断电",
        /// Something else.
        Other = "other" "其他",
    }
}

people::permissions! {
    /// Enter a facility in the register.
    FacilityCreate "facility_create" [CommunityStaff Grid];
    /// List facilities.
    FacilityList "facility_list" [GridWorker Community, CommunityStaff Grid, StreetStaff Grid, UnitHandler Organization];
    /// See a facility.
    FacilityFind "facility_find" [GridWorker Community, CommunityStaff Grid, StreetStaff Grid, UnitHandler Organization];
    /// Edit a facility.
    FacilityUpdate "facility_update" [CommunityStaff Grid];
    /// Import the register of facilities from a file.
    FacilityImport "facility_import" [CommunityStaff Grid];
    /// Print the QR code of a facility.
    FacilityQr "facility_qr" [GridWorker Grid, CommunityStaff Grid];
    /// See the facility behind a scanned code.
    FacilityScan "facility_scan" [Person Anyone];
    /// Report the facility behind a scanned code to its unit.
    FacilityReportCreate "facility_report_create" [Person Anyone];
    /// Make a key for devices.
    DeviceKeyCreate "device_key_create" [CommunityStaff Grid];
    /// List keys of devices.
    DeviceKeyList "device_key_list" [CommunityStaff Grid];
    /// Make a device key anew; the old one is taken for a day.
    DeviceKeyRotate "device_key_rotate" [CommunityStaff Grid];
    /// Take a device key out of use at once.
    DeviceKeyRevoke "device_key_revoke" [CommunityStaff Grid];
}

/// A facility as other nouns name it: its community and what it is called; none for removed ones.
pub fn label(connection: &mut PgConnection, id: FacilityId) -> DbResult<Option<(GridUnitId, String)>> {
    let row = rows::find(connection, id)?.filter(|row| row.state != FacilityState::Removed);
    Ok(row.map(|row| (row.community_id, format!("{}（{}）", row.name, row.code))))
}
