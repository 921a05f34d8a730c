//! The demo community's register, from a fixed seed: 21 blocks, 237 entrances, 4,839 households, 8,959 people. Nobody in it exists:
//! names are numbers, phones are of a range that no operator hands out.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// Path of the demo's street.
pub(crate) const STREET: &str = "S01";
/// Path of the demo's community.
pub(crate) const COMMUNITY: &str = "S01/C01";
/// Blocks, entrances, households and people of the published case.
pub(crate) const BLOCKS: usize = 21;
const ESTATES: usize = 3;
pub(crate) const ENTRANCES: usize = 237;
pub(crate) const HOUSEHOLDS: usize = 4_839;
pub(crate) const PEOPLE: usize = 8_959;
const SEED: u64 = 20_260_101;

/// The files of an operator, as CSV.
pub(crate) struct Register {
    pub(crate) grid: String,
    pub(crate) organizations: String,
    pub(crate) households: String,
    pub(crate) roster: String,
}

/// A staff member of the roster.
pub(crate) struct Staff {
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) role: &'static str,
    pub(crate) unit: String,
    pub(crate) organization: &'static str,
}

/// Path of a block, 0 to 20.
pub(crate) fn block(index: usize) -> String {
    format!("{COMMUNITY}/E{}/B{:02}", index * ESTATES / BLOCKS + 1, index + 1)
}

/// Path of an entrance, 0 to 236; entrances are dealt out to the blocks in turn.
pub(crate) fn entrance(index: usize) -> String {
    format!("{}/D{:02}", block(index % BLOCKS), index / BLOCKS + 1)
}

/// Phone of the first member of a household.
pub(crate) fn resident_phone(household: usize) -> String {
    format!("1990{household:07}")
}

/// Units that answer for something, by code and name; each has one person who handles it.
pub(crate) const UNITS: &[(&str, &str)] = &[
    ("PROP-1", "安居物业"),
    ("OFF-1", "Y社区居委会"),
    ("SOC-1", "暖心志愿服务队"),
    ("UTL-1", "城市供水公司"),
    ("UTL-2", "城区供电公司"),
    ("UTL-3", "城市燃气公司"),
    ("UTL-4", "城市供热公司"),
    ("CTY-1", "环卫所"),
    ("CTY-2", "市政管护所"),
    ("CTY-3", "园林绿化所"),
    ("CTY-4", "交警中队"),
    ("CTY-5", "消防救援站"),
    ("CTY-6", "阳光派出所"),
    ("CTY-7", "综合执法队"),
    ("CTY-8", "党群服务中心"),
];

/// The roster: two of the street, four of the community, one grid worker a block, one handler a
/// unit, two couriers, auditors and the operator.
pub(crate) fn staff() -> Vec<Staff> {
    let phone = |number: usize| format!("1980000{number:04}");
    let one = |number: usize, name: &str, role, unit: &str| Staff {
        name: name.to_owned(),
        phone: phone(number),
        role,
        unit: unit.to_owned(),
        organization: "",
    };
    let mut all = vec![
        one(1, "街道干部甲", "street_staff", STREET),
        one(2, "街道干部乙", "street_staff", STREET),
        one(3, "社区书记", "community_staff", COMMUNITY),
        one(4, "社区干部甲", "community_staff", COMMUNITY),
        one(5, "社区干部乙", "community_staff", COMMUNITY),
        one(6, "监督委员甲", "auditor", COMMUNITY),
        one(7, "安全审计员", "security_auditor", STREET),
        one(8, "系统管理员", "admin", STREET),
    ];
    all.push(one(300, "快递员甲", "new_employment", COMMUNITY));
    all.push(one(301, "快递员乙", "new_employment", COMMUNITY));
    all.extend(UNITS.iter().enumerate().map(|(index, (code, name))| {
        let of_community = ["PROP-1", "OFF-1", "SOC-1"].contains(code);
        let place = if of_community { COMMUNITY } else { STREET };
        Staff { organization: code, ..one(200 + index, &format!("{name}经办人"), "unit_handler", place) }
    }));
    all.extend((0..BLOCKS).map(|index| one(100 + index, &format!("网格员{:02}", index + 1), "grid_worker", &block(index))));
    all
}

fn grid() -> String {
    let mut file = String::from("path,name\n");
    file.push_str(&format!("{STREET},阳光街道\n{COMMUNITY},Y社区\n{STREET}/C02,北苑社区\n"));
    for estate in 1..=ESTATES {
        file.push_str(&format!("{COMMUNITY}/E{estate},第{estate}小区\n"));
    }
    for index in 0..BLOCKS {
        file.push_str(&format!("{},第{}片区\n", block(index), index + 1));
    }
    for index in 0..ENTRANCES {
        file.push_str(&format!("{},{}号楼门\n", entrance(index), index + 1));
    }
    file
}

fn organizations() -> String {
    format!(
        "code,kind,name,unit\nPROP-1,物业,安居物业,{COMMUNITY}\nSOC-1,社会组织,暖心志愿服务队,{COMMUNITY}\nCOM-1,企业,同城快送站,{COMMUNITY}\n\
         OFF-1,居委会,Y社区居委会,{COMMUNITY}\nSTR-1,街道,阳光街道办事处,{STREET}\n\
         UTL-1,企业,城市供水公司,{STREET}\nUTL-2,企业,城区供电公司,{STREET}\nUTL-3,企业,城市燃气公司,{STREET}\nUTL-4,企业,城市供热公司,{STREET}\n\
         CTY-1,办公室,环卫所,{STREET}\nCTY-2,办公室,市政管护所,{STREET}\nCTY-3,办公室,园林绿化所,{STREET}\nCTY-4,办公室,交警中队,{STREET}\n\
         CTY-5,办公室,消防救援站,{STREET}\nCTY-6,办公室,阳光派出所,{STREET}\nCTY-7,办公室,综合执法队,{STREET}\nCTY-8,办公室,党群服务中心,{STREET}\n"
    )
}

fn households() -> String {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut members = vec![1_usize; HOUSEHOLDS];
    for _ in 0..PEOPLE - HOUSEHOLDS {
        members[random.random_range(0..HOUSEHOLDS)] += 1;
    }
    let mut file = String::from("household,entrance,room,name,phone,birth_year,relation\n");
    for (index, count) in members.iter().enumerate() {
        let nth = index / ENTRANCES;
        let room = format!("{}{:02}", nth / 2 + 1, nth % 2 + 1);
        for member in 0..*count {
            let (phone, relation) = if member == 0 { (resident_phone(index), "户主") } else { (String::new(), "家庭成员") };
            let born = if member == 0 { random.random_range(1940..2004) } else { random.random_range(1935..2020) };
            file.push_str(&format!(
                "H{:05},{},{room},居民{:05}-{},{phone},{born},{relation}\n",
                index + 1,
                entrance(index % ENTRANCES),
                index + 1,
                member + 1
            ));
        }
    }
    file
}

fn roster() -> String {
    let mut file = String::from("name,phone,role,unit,organization,from\n");
    for person in staff() {
        let row = [person.name.as_str(), &person.phone, person.role, &person.unit, person.organization, "2026-01-01"];
        file.push_str(&format!("{}\n", row.join(",")));
    }
    file
}

/// The whole register.
pub(crate) fn register() -> Register {
    Register { grid: grid(), organizations: organizations(), households: households(), roster: roster() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_figures_are_those_of_the_case_and_the_same_each_time() {
        let one = register();
        let rows = |file: &str| file.lines().count() - 1;
        assert_eq!(rows(&one.grid), 3 + ESTATES + BLOCKS + ENTRANCES);
        assert_eq!(rows(&one.households), PEOPLE);
        let households: BTreeSet<&str> = one.households.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!(households.len(), HOUSEHOLDS);
        assert_eq!(one.households, register().households);
        let units: BTreeSet<&str> = one.grid.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!(units.len(), rows(&one.grid));
        assert!(one.roster.lines().count() > BLOCKS);
    }
}
