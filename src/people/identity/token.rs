//! Access tokens: 15 minutes, HS256 only, `kid` from the fixed map of the key ring. A refresh token is no JWT and never passes here.

use base::clock::machine_now;
use base::ids::{PersonId, SessionId};
use base::keys::KeyRing;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

/// Who issues and for what.
const ISSUER: &str = "palm";
const AUDIENCE: &str = "palm-api";
/// `typ` of the header.
const TYPE: &str = "at+jwt";
/// Lifetime in seconds.
pub const LIFETIME: i64 = 15 * 60;

/// The claims of an access token.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: PersonId,
    sid: SessionId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Signs a token for a session, valid for `seconds`.
pub fn sign(ring: &KeyRing, person: PersonId, session: SessionId, seconds: i64) -> Result<String, anyhow::Error> {
    let (kid, key) = ring.signing_key().ok_or_else(|| anyhow::anyhow!("the key ring has no token key"))?;
    let now = machine_now().timestamp();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: person,
        sid: session,
        iat: now,
        nbf: now,
        exp: now + seconds,
    };
    let header = Header { typ: Some(TYPE.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::HS256) };
    Ok(encode(&header, &claims, &EncodingKey::from_secret(key))?)
}

/// Whose a token is, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) person: PersonId,
    pub(super) session: SessionId,
    /// Second since 1970 at which it ends.
    pub(super) until: i64,
}

/// Checks a token; `None` for every reason to refuse it.
pub(super) fn check(ring: &KeyRing, token: &str) -> Option<Holder> {
    if token.len() > 2048 {
        return None;
    }
    let header = decode_header(token).ok()?;
    if header.typ.as_deref() != Some(TYPE)
        || header.alg != Algorithm::HS256
        || header.jku.is_some()
        || header.jwk.is_some()
        || header.x5u.is_some()
    {
        return None;
    }
    let key = ring.token_key(header.kid.as_deref()?)?;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_nbf = true;
    validation.leeway = 5;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    let claims = decode::<Claims>(token, &DecodingKey::from_secret(key), &validation).ok()?.claims;
    // The library doesn't look at `iat`.
    (claims.iat <= machine_now().timestamp() + 5).then_some(Holder { person: claims.sub, session: claims.sid, until: claims.exp })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    use serde_json::json;

    use super::*;

    fn forged(ring: &KeyRing, header: serde_json::Value, claims: serde_json::Value) -> String {
        let head = B64.encode(header.to_string());
        let body = B64.encode(claims.to_string());
        let key = jsonwebtoken::crypto::sign(
            format!("{head}.{body}").as_bytes(),
            &EncodingKey::from_secret(ring.signing_key().unwrap().1),
            Algorithm::HS256,
        )
        .unwrap();
        format!("{head}.{body}.{key}")
    }

    #[test]
    fn only_a_token_of_this_installation_in_its_time_passes() {
        let ring = KeyRing::ephemeral().unwrap();
        let (person, session) = (PersonId::new(), SessionId::new());
        let good = sign(&ring, person, session, 60).unwrap();
        let held = check(&ring, &good).unwrap();
        assert_eq!((held.person, held.session), (person, session));
        assert_eq!(check(&KeyRing::ephemeral().unwrap(), &good), None);
        assert_eq!(check(&ring, &sign(&ring, person, session, -6).unwrap()), None);

        let now = machine_now().timestamp();
        let claims =
            json!({"iss": "palm", "aud": "palm-api", "sub": person, "sid": session, "iat": now, "nbf": now, "exp": now + 60});
        let header = json!({"typ": "at+jwt", "alg": "HS256", "kid": "k1"});
        assert!(check(&ring, &forged(&ring, header.clone(), claims.clone())).is_some(), "the forger's own control");
        for (name, patch) in [
            ("alg", json!({"alg": "none"})),
            ("alg", json!({"alg": "nOnE"})),
            ("alg", json!({"alg": "HS512"})),
            ("alg", json!({"alg": "RS256"})),
            ("kid", json!({"kid": "../../dev/null"})),
            ("kid", json!({"kid": "' OR 1=1"})),
            ("kid", json!({"kid": null})),
            ("typ", json!({"typ": "JWT"})),
            ("typ", json!({"typ": "refresh"})),
            ("jku", json!({"jku": "http://127.0.0.1/keys"})),
            ("x5u", json!({"x5u": "http://127.0.0.1/cert"})),
        ] {
            let mut changed = header.clone();
            changed.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
            assert_eq!(check(&ring, &forged(&ring, changed, claims.clone())), None, "{name} {patch}");
        }
        for patch in [
            json!({"exp": now - 6}),
            json!({"nbf": now + 60}),
            json!({"iat": now + 60}),
            json!({"iss": "other"}),
            json!({"aud": "other"}),
            json!({"exp": "2099"}),
            json!({"exp": 1e30}),
            json!({"exp": -1}),
            json!({"role": "admin"}),
        ] {
            let mut changed = claims.clone();
            changed.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
            assert_eq!(check(&ring, &forged(&ring, header.clone(), changed)), None, "{patch}");
        }
        let (rest, _signature) = good.rsplit_once('.').unwrap();
        assert_eq!(check(&ring, &format!("{rest}.")), None, "empty signature");
        let mut parts = good.split('.');
        let other = json!({"iss": "palm", "aud": "palm-api", "sub": PersonId::new(), "sid": session, "iat": now, "nbf": now, "exp": now + 60});
        let edited = format!("{}.{}.{}", parts.next().unwrap(), B64.encode(other.to_string()), parts.nth(1).unwrap());
        assert_eq!(check(&ring, &edited), None, "edited payload");
    }
}
