//! What is outside: our own server as the world sees it, WeChat, and the time that others have.

use std::time::Duration;

use base::clients::probe::{self, Answer};
use base::clients::wechat::{Settings, WeChat};
use base::clock::machine_now;
use people::notify::templates;
use secrecy::SecretString;

use super::{DoctorArgs, Findings};

const PATIENCE: Duration = Duration::from_secs(5);
/// WeChat's pushes are signed with a time; beyond this they, tokens and deadlines go wrong.
const APART: i64 = 30;

pub(super) async fn check(args: &DoctorArgs, findings: &mut Findings) {
    server(args, findings).await;
    configuration(args, findings);
    public_url(args, findings).await;
    if !args.serve.demo && !args.offline {
        wechat(args, findings).await;
    }
}

async fn server(args: &DoctorArgs, findings: &mut Findings) {
    let mut address = args.serve.http_addr;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    match probe::get(&format!("http://{address}/version"), PATIENCE).await {
        Ok(answer) if answer.status == 200 && is_ours(&answer) => {
            findings.ok("server", format!("this version answers on {address}"))
        }
        Ok(answer) if answer.body.contains("\"version\"") => {
            findings.warn("server", format!("another version answers on {address}"), "restart it: systemctl restart palm");
        }
        Ok(_) => findings.fail("server", format!("something else answers on {address}"), "set PALM_HTTP_ADDR to a free port"),
        Err(why) => findings.fail(
            "server",
            format!("nobody answers on {address}: {why}"),
            "systemctl start palm; journalctl -u palm says why it ended",
        ),
    }
}

fn is_ours(answer: &Answer) -> bool {
    let told: Option<serde_json::Value> = serde_json::from_str(&answer.body).ok();
    told.is_some_and(|told| told.get("version").and_then(serde_json::Value::as_str) == Some(crate::VERSION))
}

fn configuration(args: &DoctorArgs, findings: &mut Findings) {
    let serve = &args.serve;
    if serve.demo {
        findings.ok("wechat_settings", "a demo: the sandbox stands in for WeChat");
        return;
    }
    if serve.wechat_secret.is_none() || serve.wechat_appid.chars().all(|c| c == '0' || c == 'w' || c == 'x') {
        findings.fail(
            "wechat_settings",
            "the mini program's id or secret is missing",
            "set PALM_WECHAT_APPID and PALM_WECHAT_SECRET: nobody can sign in",
        );
    } else if serve.wechat_push_token.is_none() || serve.wechat_push_key.is_none() {
        let remedy = "set PALM_WECHAT_PUSH_TOKEN and PALM_WECHAT_PUSH_KEY as in the mini program's settings: until then a person checks each picture";
        findings.warn("wechat_settings", "WeChat's pushes are not believed", remedy);
    } else {
        let lacking =
            templates::ALL.iter().filter(|template| !serve.wechat_templates.iter().any(|(kind, _)| kind == template.kind));
        match lacking.count() {
            0 => findings.ok("wechat_settings", "id, secret, pushes and every message kind are set"),
            lacking => findings.warn(
                "wechat_settings",
                format!("{lacking} message kinds have no template id"),
                "set PALM_WECHAT_TEMPLATES: those messages reach only the inbox",
            ),
        }
    }
}

async fn public_url(args: &DoctorArgs, findings: &mut Findings) {
    let Some(url) = &args.serve.public_url else {
        if !args.serve.demo {
            findings.warn(
                "public_url",
                "not set",
                "set PALM_PUBLIC_URL: without it WeChat can't fetch pictures, and a person checks each",
            );
        }
        return;
    };
    if !url.starts_with("https://") && !args.serve.demo {
        return findings.fail(
            "public_url",
            format!("{url} is not https"),
            "put the TLS proxy in front and set PALM_PUBLIC_URL to its https address",
        );
    }
    if args.serve.trusted_proxies.is_empty() && !args.serve.demo {
        findings.warn(
            "proxy",
            "no proxy is believed: everybody seems to call from one address",
            "set PALM_TRUSTED_PROXIES, for a proxy on this machine to 127.0.0.1",
        );
    }
    if args.offline {
        return;
    }
    match probe::get(&format!("{}/healthz", url.trim_end_matches('/')), PATIENCE).await {
        Ok(answer) if answer.status == 200 => findings.ok("public_url", format!("{url} answers, its certificate is good")),
        Ok(answer) => {
            findings.fail("public_url", format!("{url} answers {}", answer.status), "does the proxy lead to PALM_HTTP_ADDR?")
        }
        Err(why) => findings.fail("public_url", format!("{url}: {why}"), "look at name, firewall, proxy and certificate"),
    }
}

async fn wechat(args: &DoctorArgs, findings: &mut Findings) {
    match probe::get(&args.wechat_url, PATIENCE).await {
        Ok(answer) => {
            findings.ok("wechat", "answers");
            time(&answer, findings);
        }
        Err(why) => {
            return findings.fail(
                "wechat",
                format!("can't be reached: {why}"),
                "open the way to api.weixin.qq.com, port 443; nobody can sign in",
            );
        }
    }
    let Some(secret) = args.serve.wechat_secret.clone() else { return };
    let client = WeChat::new(Settings::new(args.wechat_url.clone(), args.serve.wechat_appid.clone(), SecretString::from(secret)));
    let checked = match client {
        Ok(client) => client.check_credentials().await,
        Err(why) => Err(why),
    };
    match checked {
        Ok(()) => findings.ok("wechat_account", "WeChat takes the id and secret"),
        Err(why) => findings.fail("wechat_account", format!("WeChat refuses: {why}"), "compare PALM_WECHAT_APPID and PALM_WECHAT_SECRET with the mini program's settings; this machine's address must be on its list"),
    }
}

fn time(answer: &Answer, findings: &mut Findings) {
    let Some(theirs) = answer.date else { return };
    let apart = (machine_now() - theirs).num_seconds().abs();
    let found = format!("this machine and WeChat are {apart} s apart");
    if apart <= APART {
        findings.ok("time", found);
    } else {
        findings.fail("time", found, "turn on time synchronization (systemd-timesyncd or chrony)");
    }
}
