//! An XLSX is a ZIP: before it is opened, its directory is read and every member is inflated against the size that the directory
//! states, without keeping a byte. A bomb is refused while it is still small.

use std::io::Read as _;

use flate2::read::DeflateDecoder;

/// What all members may weigh together, unpacked.
const UNPACKED_LIMIT: u64 = 96 * 1024 * 1024;
/// How many members a workbook may have.
const MEMBER_LIMIT: usize = 500;

/// Why an archive is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ZipRefusal {
    /// No directory, or one that points outside.
    #[error("not a readable archive")]
    Malformed,
    /// Unpacked it would be larger than allowed, or larger than it says.
    #[error("the archive unpacks to too much")]
    TooLarge,
}

/// One member as the directory tells it.
struct Member {
    method: u16,
    packed: u64,
    unpacked: u64,
    header: usize,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn directory(bytes: &[u8]) -> Option<Vec<Member>> {
    let start = bytes.len().saturating_sub(65_557);
    let end =
        (start..bytes.len().checked_sub(21)?).rev().find(|at| bytes.get(*at..).is_some_and(|b| b.starts_with(b"PK\x05\x06")))?;
    let count = usize::from(u16_at(bytes, end + 10)?);
    let mut at = usize::try_from(u32_at(bytes, end + 16)?).ok()?;
    let mut members = Vec::new();
    for _ in 0..count.min(MEMBER_LIMIT + 1) {
        if !bytes.get(at..)?.starts_with(b"PK\x01\x02") {
            return None;
        }
        members.push(Member {
            method: u16_at(bytes, at + 10)?,
            packed: u64::from(u32_at(bytes, at + 20)?),
            unpacked: u64::from(u32_at(bytes, at + 24)?),
            header: usize::try_from(u32_at(bytes, at + 42)?).ok()?,
        });
        let tail =
            [28, 30, 32].into_iter().try_fold(0_usize, |sum, field| Some(sum + usize::from(u16_at(bytes, at + field)?)))?;
        at = at.checked_add(46)?.checked_add(tail)?;
    }
    Some(members)
}

fn packed_bytes<'a>(bytes: &'a [u8], member: &Member) -> Option<&'a [u8]> {
    let at = member.header;
    if !bytes.get(at..)?.starts_with(b"PK\x03\x04") {
        return None;
    }
    let start = at.checked_add(30)? + usize::from(u16_at(bytes, at + 26)?) + usize::from(u16_at(bytes, at + 28)?);
    bytes.get(start..start.checked_add(usize::try_from(member.packed).ok()?)?)
}

/// How much a member really unpacks to, at most one byte beyond what it says.
fn inflate(packed: &[u8], member: &Member) -> Option<u64> {
    match member.method {
        0 => u64::try_from(packed.len()).ok(),
        8 => {
            let mut limited = DeflateDecoder::new(packed).take(member.unpacked + 1);
            std::io::copy(&mut limited, &mut std::io::sink()).ok()
        }
        _ => None,
    }
}

/// Refuses archives that are damaged, encrypted in an unknown way, or too large unpacked.
pub(super) fn check(bytes: &[u8]) -> Result<(), ZipRefusal> {
    let members = directory(bytes).ok_or(ZipRefusal::Malformed)?;
    let stated = members.iter().try_fold(0_u64, |sum, member| sum.checked_add(member.unpacked));
    if members.len() > MEMBER_LIMIT || stated.is_none_or(|sum| sum > UNPACKED_LIMIT) {
        return Err(ZipRefusal::TooLarge);
    }
    for member in &members {
        let packed = packed_bytes(bytes, member).ok_or(ZipRefusal::Malformed)?;
        if inflate(packed, member).ok_or(ZipRefusal::Malformed)? > member.unpacked {
            return Err(ZipRefusal::TooLarge);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::*;

    /// An archive of one member that states `stated` bytes and holds `real` zeros.
    fn archive(stated: u32, real: usize) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; real]).unwrap();
        let packed = encoder.finish().unwrap();
        let length = u32::try_from(packed.len()).unwrap().to_le_bytes();
        let sizes = [length, stated.to_le_bytes()].concat();
        let mut file =
            [&b"PK\x03\x04"[..], &[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0], &sizes, &[1, 0, 0, 0], b"a", &packed].concat();
        let start = u32::try_from(file.len()).unwrap();
        let directory =
            [&b"PK\x01\x02"[..], &[20, 0, 20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0], &sizes, &[1, 0], &[0; 16], b"a"].concat();
        let long = u32::try_from(directory.len()).unwrap();
        file.extend_from_slice(&directory);
        file.extend_from_slice(
            &[&b"PK\x05\x06"[..], &[0, 0, 0, 0, 1, 0, 1, 0], &long.to_le_bytes(), &start.to_le_bytes(), &[0, 0]].concat(),
        );
        file
    }

    #[test]
    fn an_honest_archive_passes_and_bombs_do_not() {
        assert_eq!(check(&archive(1000, 1000)), Ok(()));
        assert_eq!(check(&archive(u32::MAX, 10)), Err(ZipRefusal::TooLarge), "says that it is huge");
        assert_eq!(check(&archive(1000, 50_000_000)), Err(ZipRefusal::TooLarge), "is huge and says that it isn't");
        assert_eq!(check(b"PK\x03\x04 but nothing else, not even a directory"), Err(ZipRefusal::Malformed));
    }
}
