//! Sample files of a small community: a street with one community of 2 estates, 4 blocks, 8 entrances, its household register,
//! organizations, merchants and staff. Codes and phones follow from a tag, so every tag makes a community of its own, and the same tag
//! makes the same files. Nobody in them exists.

use std::path::{Path, PathBuf};

use base::error::ApiError;
use base::keys::sha256;

use super::columns::ImportKind;
use super::template;

/// A file to import.
#[derive(Debug, Clone)]
pub struct SampleFile {
    /// What it holds.
    pub kind: ImportKind,
    /// `grid.xlsx`, `organizations.csv` …
    pub name: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Phones and places of the people that the journey plays.
#[derive(Debug, Clone)]
pub struct SamplePeople {
    /// Staff of the community: the secretary.
    pub secretary: String,
    /// A second staff member, who approves.
    pub second_staff: String,
    /// Grid worker of the first two blocks.
    pub worker: String,
    /// Grid worker of the other two blocks.
    pub second_worker: String,
    /// Staff of the street.
    pub street: String,
    /// A second staff member of the street, who approves.
    pub second_street: String,
    /// Residents' supervisory committee.
    pub auditor: String,
    /// Property company's staff.
    pub property: String,
    /// Gas company's staff: who is on call first.
    pub gas: String,
    /// Gas company's staff: the deputy.
    pub second_gas: String,
    /// A resident whose phone stands on the register of `home`.
    pub resident: String,
    /// Another one, of another household at `home`.
    pub second_resident: String,
    /// A phone that stands on no register.
    pub stranger: String,
    /// One more, for a courier.
    pub courier: String,
    /// One more, for the owner of a merchant.
    pub merchant: String,
    /// One more, for a clerk of a merchant.
    pub clerk: String,
    /// Path of the entrance where the residents live.
    pub home: String,
}

/// All files of a tag.
#[derive(Debug, Clone)]
pub struct Samples {
    /// Path of the street.
    pub street: String,
    /// Path of the community.
    pub community: String,
    /// Good files, in the order in which they are imported.
    pub files: Vec<SampleFile>,
    /// The register again, with three bad rows: an unknown entrance, no phone number, no name.
    pub bad_register: SampleFile,
    /// Rows of the file that are bad, as a report counts them.
    pub bad_rows: [u32; 3],
    /// Who is who.
    pub people: SamplePeople,
}

/// Entrances of the community below its path.
const ENTRANCES: [&str; 8] = ["E1/B1/D1", "E1/B1/D2", "E1/B2/D1", "E1/B2/D2", "E2/B1/D1", "E2/B1/D2", "E2/B2/D1", "E2/B2/D2"];

/// Households of an entrance.
const HOUSEHOLDS: usize = 6;

const STEMS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
const BRANCHES: [char; 12] = ['子', '丑', '寅', '卯', '辰', '巳', '午', '未', '申', '酉', '戌', '亥'];

/// Row of cells.
type Cells = Vec<String>;

fn cells<const N: usize>(texts: [&str; N]) -> Cells {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// `199` is no assigned range of mobile numbers; five digits of the tag and three of the person follow.
struct Phones(u32);

impl Phones {
    fn of(tag: &str) -> Self {
        let hash = sha256(tag.as_bytes());
        let number = hash.iter().take(4).fold(0_u32, |sum, byte| sum.wrapping_mul(256).wrapping_add(u32::from(*byte)));
        Self(number % 100_000)
    }

    fn number(&self, person: usize) -> String {
        format!("199{:05}{:03}", self.0, person % 1_000)
    }
}

fn resident_name(number: usize) -> String {
    let pick = |letters: &[char], at: usize| letters.get(at % letters.len()).copied().unwrap_or('甲');
    format!("居民{}{}", pick(&STEMS, number), pick(&BRANCHES, number / 2))
}

fn headers(kind: ImportKind) -> Cells {
    kind.columns().iter().map(|column| column.zh.to_owned()).collect()
}

fn grid_rows(street: &str, community: &str) -> Vec<Cells> {
    let mut rows = vec![headers(ImportKind::Grid)];
    rows.push(cells([street, "示范街道", "是"]));
    rows.push(cells([community, "示范社区", "是"]));
    for (estate, name) in [("E1", "一号小区"), ("E2", "二号小区")] {
        rows.push(cells([&format!("{community}/{estate}"), name, ""]));
        for (block, name) in [("B1", "东片区"), ("B2", "西片区")] {
            rows.push(cells([&format!("{community}/{estate}/{block}"), name, ""]));
            for (entrance, name) in [("D1", "1 号楼门"), ("D2", "2 号楼门")] {
                rows.push(cells([&format!("{community}/{estate}/{block}/{entrance}"), name, ""]));
            }
        }
    }
    rows
}

/// Two or three people a household; the first one has a phone.
fn register_rows(community: &str, phones: &Phones) -> Vec<Cells> {
    let mut rows = vec![headers(ImportKind::Households)];
    let mut person = 0;
    for (at, entrance) in ENTRANCES.iter().enumerate() {
        for household in 0..HOUSEHOLDS {
            let key = format!("H{:03}", at * HOUSEHOLDS + household + 1);
            let room = format!("{}0{}", household / 2 + 1, household % 2 + 1);
            for member in 0..2 + household % 2 {
                let relation = ["户主", "配偶", "子女"].get(member).copied().unwrap_or("其他");
                let year = 1950 + (person * 7) % 40 + if member == 2 { 35 } else { 0 };
                let phone = if member == 0 { phones.number(100 + person) } else { String::new() };
                rows.push(cells([
                    &key,
                    &format!("{community}/{entrance}"),
                    &room,
                    &format!("{}", member + 1),
                    &resident_name(person),
                    &phone,
                    &year.to_string(),
                    relation,
                    "2020-01-01",
                    "",
                ]));
                person += 1;
            }
        }
    }
    rows
}

fn organization_rows(street: &str, community: &str, phones: &Phones) -> Vec<Cells> {
    let phone = phones.number(20);
    vec![
        headers(ImportKind::Organizations),
        cells(["JWH", "居委会", "示范社区居民委员会", community, "", ""]),
        cells(["WY1", "物业", "示范物业服务公司", community, "联系人甲", &phone]),
        cells(["SZ1", "社会组织", "示范志愿服务队", community, "联系人乙", ""]),
        cells(["JD", "街道", "示范街道办事处", street, "", ""]),
        cells(["RQ1", "企业", "示范燃气公司", street, "联系人丙", ""]),
    ]
}

fn merchant_rows(community: &str, phones: &Phones) -> Vec<Cells> {
    vec![
        headers(ImportKind::Merchants),
        cells(["SH1", "示范便利店", community, "店主甲", &phones.number(21)]),
        cells(["SH2", "示范理发店", community, "店主乙", ""]),
    ]
}

fn roster_rows(street: &str, community: &str, people: &SamplePeople) -> Vec<Cells> {
    let row = |name: &str, phone: &str, role: &str, unit: &str, organization: &str| {
        cells([name, phone, role, unit, organization, "2026-01-01", ""])
    };
    vec![
        headers(ImportKind::Roster),
        row("工作人员甲", &people.secretary, "社区工作者", community, ""),
        row("工作人员乙", &people.second_staff, "社区工作者", community, ""),
        row("网格员甲", &people.worker, "网格员", &format!("{community}/E1/B1"), ""),
        row("网格员甲", &people.worker, "网格员", &format!("{community}/E1/B2"), ""),
        row("网格员乙", &people.second_worker, "网格员", &format!("{community}/E2/B1"), ""),
        row("网格员乙", &people.second_worker, "网格员", &format!("{community}/E2/B2"), ""),
        row("街道人员甲", &people.street, "街道", street, ""),
        row("街道人员乙", &people.second_street, "街道", street, ""),
        row("监督员甲", &people.auditor, "监督委员会", community, ""),
        row("物业人员甲", &people.property, "责任单位", &format!("{community}/E1"), "WY1"),
        row("燃气人员甲", &people.gas, "责任单位", street, "RQ1"),
        row("燃气人员乙", &people.second_gas, "责任单位", street, "RQ1"),
    ]
}

fn xlsx(kind: ImportKind, name: &'static str, rows: &[Cells]) -> Result<SampleFile, ApiError> {
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    Ok(SampleFile { kind, name, bytes: template::workbook(&rows)? })
}

/// CSV with a byte order mark, as spreadsheets save it.
fn csv(kind: ImportKind, name: &'static str, rows: &[Cells]) -> Result<SampleFile, ApiError> {
    let mut writer = csv::WriterBuilder::new().from_writer(b"\xEF\xBB\xBF".to_vec());
    for row in rows {
        writer.write_record(row).map_err(ApiError::internal)?;
    }
    let bytes = writer.into_inner().map_err(|why| ApiError::internal(anyhow::anyhow!("csv: {}", why.error())))?;
    Ok(SampleFile { kind, name, bytes })
}

/// Spoils three rows of a register and says which rows a report will name.
fn spoil(rows: &mut [Cells], community: &str) -> [u32; 3] {
    let spoiled = [(4_u32, 1_usize, format!("{community}/E9/B9/D9")), (9, 5, "12345".to_owned()), (14, 4, String::new())];
    for (number, column, text) in &spoiled {
        let row = usize::try_from(number - 1).ok().and_then(|at| rows.get_mut(at));
        if let Some(cell) = row.and_then(|row| row.get_mut(*column)) {
            cell.clone_from(text);
        }
    }
    spoiled.map(|(number, ..)| number)
}

/// The files of a tag: letters and digits of it, at most eight, make the street's code.
pub fn samples(tag: &str) -> Result<Samples, ApiError> {
    let tag: String = tag.chars().filter(char::is_ascii_alphanumeric).take(8).collect::<String>().to_uppercase();
    let street = format!("J{tag}");
    let community = format!("{street}/C1");
    let phones = Phones::of(&tag);
    let people = SamplePeople {
        secretary: phones.number(1),
        second_staff: phones.number(2),
        worker: phones.number(3),
        second_worker: phones.number(4),
        street: phones.number(5),
        second_street: phones.number(6),
        auditor: phones.number(7),
        property: phones.number(8),
        gas: phones.number(9),
        second_gas: phones.number(10),
        resident: phones.number(100),
        second_resident: phones.number(102),
        stranger: phones.number(30),
        courier: phones.number(31),
        merchant: phones.number(32),
        clerk: phones.number(33),
        home: format!("{community}/E1/B1/D1"),
    };
    let register = register_rows(&community, &phones);
    let mut spoiled = register.clone();
    let bad_rows = spoil(&mut spoiled, &community);
    let files = vec![
        xlsx(ImportKind::Grid, "grid.xlsx", &grid_rows(&street, &community))?,
        xlsx(ImportKind::Households, "households.xlsx", &register)?,
        csv(ImportKind::Organizations, "organizations.csv", &organization_rows(&street, &community, &phones))?,
        xlsx(ImportKind::Merchants, "merchants.xlsx", &merchant_rows(&community, &phones))?,
        csv(ImportKind::Roster, "roster.csv", &roster_rows(&street, &community, &people))?,
    ];
    let bad_register = csv(ImportKind::Households, "households-bad.csv", &spoiled)?;
    Ok(Samples { street, community, files, bad_register, bad_rows, people })
}

impl Samples {
    /// Writes every file below a folder; returns their paths in the order of `files`, the bad register last.
    pub fn write_to(&self, folder: &Path) -> std::io::Result<Vec<PathBuf>> {
        std::fs::create_dir_all(folder)?;
        let all = self.files.iter().chain(std::iter::once(&self.bad_register));
        all.map(|file| {
            let path = folder.join(file.name);
            std::fs::write(&path, &file.bytes)?;
            Ok(path)
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::Layout;
    use super::super::sheet;
    use super::*;

    #[test]
    fn every_file_can_be_read_and_tags_do_not_meet() {
        let (one, two) = (samples("a1").unwrap(), samples("b2").unwrap());
        for file in one.files.iter().chain([&one.bad_register]) {
            let read = sheet::read(&file.bytes).unwrap();
            assert!(Layout::of(file.kind, &read).is_ok(), "{}", file.name);
            assert!(!read.rows.is_empty(), "{}", file.name);
        }
        assert_ne!(one.street, two.street);
        assert_ne!(one.people.resident, two.people.resident);
        assert_eq!(samples("a1").unwrap().bad_register.bytes, one.bad_register.bytes);
    }

    #[test]
    fn the_bad_register_has_exactly_its_three_bad_rows() {
        let sample = samples("a1").unwrap();
        let text = String::from_utf8(sample.bad_register.bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let line = |number: u32| lines[usize::try_from(number).unwrap() - 1];
        assert!(line(sample.bad_rows[0]).contains("E9/B9/D9"));
        assert!(line(sample.bad_rows[1]).contains(",12345,"));
        assert!(line(sample.bad_rows[2]).contains(",,"));
    }
}
