//! A backup while orders go on, and what is refused.

use std::cell::{Cell, RefCell};
use std::fs;
use std::rc::Rc;

use palm::operator::shelf::Shelf;

use super::{Office, restore};
use crate::routes::life::market::{at, offer, order_of, published, rich, shop};
use crate::routes::people::files::sent;
use crate::support::TestApp;

#[actix_web::test]
async fn a_backup_under_load_is_restored_and_audited() {
    let app = TestApp::start_with(12).await;
    let shop = shop(&app).await;
    let offer = published(&shop.owner, &offer(&shop, 100_000)).await;
    sent(&shop.owner).await;
    let office = Office::of(&app);
    let (acknowledged, stopped) = (Rc::new(Cell::new(0_i64)), Rc::new(Cell::new(false)));
    let refused = Rc::new(RefCell::new(Vec::new()));
    let mut buyers = Vec::new();
    for _ in 0..4 {
        let (buyer, offer) = (rich(&app, "8000").await, offer.clone());
        let (acknowledged, stopped, refused) = (Rc::clone(&acknowledged), Rc::clone(&stopped), Rc::clone(&refused));
        buyers.push(actix_web::rt::spawn(async move {
            while !stopped.get() {
                let reply = buyer.post(&at("/orders"), &order_of(&offer, 1)).await;
                if reply.status == 201 {
                    acknowledged.set(acknowledged.get() + 1);
                } else {
                    refused.borrow_mut().push(reply.text);
                }
            }
        }));
    }
    while acknowledged.get() < 20 {
        actix_web::rt::task::yield_now().await;
    }
    let before = acknowledged.get();
    let made = office.backup().await;
    let after = acknowledged.get();
    stopped.set(true);
    for buyer in buyers {
        buyer.await.expect("a buyer ends");
    }
    assert_eq!(*refused.borrow(), [""; 0], "the backup gets in nobody's way");
    assert!(after > before, "orders went on meanwhile");
    let orders = made.manifest.counts["redemptions"];
    assert!((before..=acknowledged.get()).contains(&orders), "{before} ≤ {orders} ≤ {}", acknowledged.get());
    assert_eq!(made.manifest.files(), 2, "the picture and its small one: {:?}", made.manifest.entries.keys());
    assert_eq!(made.manifest.heads.len(), 1);

    let restored = restore(office.restore_args(None)).await.expect("it is restored");
    assert!(restored.is_green(), "{:?}", restored.audit.differences().collect::<Vec<_>>());
    assert_eq!(restored.manifest, made.manifest);
    assert!(restored.audit.transactions >= orders, "the restored books were really audited");
    assert_eq!(office.leftovers(), 0, "a check leaves nothing behind");
    let note = Shelf::at(office.at("backups")).checked().expect("a note of the check");
    assert_eq!(note.backup, made.file.file_name().expect("a name").to_string_lossy());
}

#[actix_web::test]
async fn damaged_cut_foreign_and_misplaced_backups_are_refused_and_leave_nothing() {
    let app = TestApp::start().await;
    let office = Office::of(&app);
    let made = office.backup().await;
    let bytes = fs::read(&made.file).expect("the backup");
    let refused = async |name: &str, bytes: &[u8]| {
        let file = office.at(name);
        fs::write(&file, bytes).expect("a file");
        restore(office.restore_args(Some(&file))).await.expect_err(name)
    };
    let mut flipped = bytes.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    assert!(refused("flipped", &flipped).await.contains("damaged"));
    assert!(refused("cut", &bytes[..bytes.len() - 1]).await.contains("cut off"));
    assert!(refused("empty", b"").await.contains("not a backup"));

    let mut foreign = office.restore_args(None);
    foreign.database.keys_file = Some(office.at("other.json"));
    assert!(restore(foreign.clone()).await.expect_err("no ring").contains("there is no key ring"));
    base::keys::KeyRing::open_or_create(&office.at("other.json")).expect("another ring");
    assert!(restore(foreign).await.expect_err("a foreign ring").contains("sealed with the key ring"));

    let mut over = office.restore_args(None);
    (over.check, over.into) = (false, Some(office.root.path().to_owned()));
    assert!(restore(over).await.expect_err("a folder in use").contains("not empty"));
    assert_eq!(office.leftovers(), 0);
    assert!(Shelf::at(office.at("backups")).checked().is_none(), "nothing was checked");
}

#[actix_web::test]
async fn old_backups_go_and_what_is_no_backup_stays() {
    let app = TestApp::start().await;
    let office = Office::of(&app);
    let first = office.backup().await;
    fs::write(office.at("backups/notes.txt"), "mine").expect("a file");
    fs::write(office.at("backups/palm-20260101T000000Z.part"), "half").expect("a file");
    let mut args = office.backup_args();
    args.keep = 1;
    let second = actix_web::web::block(move || palm::operator::backup::run(&args)).await.expect("a thread").expect("a backup");
    assert_ne!(first.file, second.file);
    let mut names: Vec<String> = fs::read_dir(office.at("backups"))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let kept = second.file.file_name().expect("a name").to_string_lossy().into_owned();
    assert_eq!(names, [".lock", "erasures", "notes.txt", kept.as_str()]);
}
