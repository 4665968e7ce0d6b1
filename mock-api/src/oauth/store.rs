//! What the authorization server keeps. All of it is bounded: the oldest grants and tokens make room for new ones.

use std::collections::{BTreeMap, VecDeque};

use fixtures::World;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::Client;
use super::error::OauthError;
use super::fingerprint::Fingerprint;
use super::grant::{Access, Grant};
use super::issuer::Issuer;
use super::keys::Keys;
use super::scope::SCOPE;
use super::{ACCESS_LIFETIME, seconds};
use crate::ids::Ids;
use crate::time::Time;

/// How many clients there are at most; then no more register.
const MAX_CLIENTS: usize = 1000;
/// How many grants are kept.
const MAX_GRANTS: usize = 10_000;
/// How many access tokens of one grant are good at once.
const MAX_ACCESS: usize = 100;

/// Clients, grants, tokens and keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Oauth {
    pub(super) keys: Keys,
    clients: IndexMap<String, Client>,
    /// By number, in the order they were given.
    grants: BTreeMap<u64, Grant>,
    given: u64,
    access: BTreeMap<Fingerprint, Access>,
}

/// An access token that is about to be issued.
#[derive(Debug)]
pub(super) struct NewAccess<'a> {
    pub(super) grant: u64,
    pub(super) client: &'a str,
    pub(super) audience: &'a str,
    /// The latest that it may expire.
    pub(super) limit: Option<i64>,
    pub(super) now: i64,
}

impl Oauth {
    pub(crate) fn load(world: &World) -> Self {
        let clients = world.oauth.clients.iter();
        let clients = clients.map(|client| (client.id.clone(), Client::of_world(client))).collect();
        Self { clients, ..Self::default() }
    }

    /// Forgets what a tenant's users allowed. Clients belong to no tenant.
    pub(crate) fn remove_tenant(&mut self, tenant: &str) {
        let of_tenant = self.grants.iter().filter(|(_, grant)| grant.tenant == tenant);
        for number in of_tenant.map(|(number, _)| *number).collect::<Vec<_>>() {
            self.revoke(number);
        }
    }

    /// Another key signs from now on.
    pub(crate) fn rotate_key(&mut self, seed: u64, now: Time) -> String {
        self.keys.rotate(seconds(now));
        self.keys.signer(seed).kid
    }

    pub(super) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.get(id)
    }

    pub(super) fn add_client(&mut self, id: String, client: Client) -> Result<(), OauthError> {
        if self.clients.len() >= MAX_CLIENTS {
            let text = format!("There are {MAX_CLIENTS} clients already; reset the mock to forget them");
            return Err(OauthError::new(429, "too_many_clients", text));
        }
        self.clients.insert(id, client);
        Ok(())
    }

    /// The number that the next grant will have.
    pub(super) fn next_grant(&self) -> u64 {
        self.given
    }

    /// Keeps a grant under the next number.
    pub(super) fn add_grant(&mut self, grant: Grant) {
        self.grants.insert(self.given, grant);
        self.given += 1;
        if self.grants.len() > MAX_GRANTS
            && let Some(oldest) = self.grants.keys().next().copied()
        {
            self.revoke(oldest);
        }
    }

    pub(super) fn grant(&self, number: u64) -> Option<&Grant> {
        self.grants.get(&number)
    }

    pub(super) fn grant_mut(&mut self, number: u64) -> Option<&mut Grant> {
        self.grants.get_mut(&number)
    }

    /// Takes a grant back, with every token that came of it.
    pub(super) fn revoke(&mut self, number: u64) {
        for token in self.grants.remove(&number).map(|grant| grant.access).unwrap_or_default() {
            self.access.remove(&token);
        }
    }

    /// An access token that is good, with its grant.
    pub(super) fn access(&self, token: &str, now: i64) -> Option<(&Access, &Grant)> {
        let access = self.access.get(&Fingerprint::of(token)).filter(|access| now < access.expires)?;
        Some((access, self.grants.get(&access.grant)?))
    }

    /// Takes one access token back.
    pub(super) fn revoke_access(&mut self, token: &str) {
        let token = Fingerprint::of(token);
        if let Some(access) = self.access.remove(&token)
            && let Some(grant) = self.grants.get_mut(&access.grant)
        {
            grant.access.retain(|it| *it != token);
        }
    }

    /// Issues an access token. Answers it with the seconds that it is good for; none when its grant is gone.
    pub(super) fn issue(
        &mut self,
        new: &NewAccess<'_>,
        issuer: &Issuer,
        ids: &mut Ids,
    ) -> Option<(String, i64)> {
        let grant = self.grants.get(&new.grant)?;
        let expires = new.limit.unwrap_or(i64::MAX).min(new.now + ACCESS_LIFETIME);
        let access = Access {
            grant: new.grant,
            client: new.client.to_owned(),
            audience: new.audience.to_owned(),
            id: ids.hex(32),
            issued: new.now,
            expires,
        };
        let token = self.keys.signer(ids.seed()).sign(&claims(&access, grant, issuer));
        self.keep(access, Fingerprint::of(&token), new.now);
        Some((token, expires - new.now))
    }

    fn keep(&mut self, access: Access, token: Fingerprint, now: i64) {
        let Some(grant) = self.grants.get_mut(&access.grant) else { return };
        let is_good = |it: &Fingerprint| self.access.get(it).is_some_and(|access| now < access.expires);
        let (mut good, mut gone): (VecDeque<_>, VecDeque<_>) = grant.access.drain(..).partition(is_good);
        if good.len() >= MAX_ACCESS {
            gone.extend(good.pop_front());
        }
        good.push_back(token.clone());
        grant.access = good;
        for token in gone {
            self.access.remove(&token);
        }
        self.access.insert(token, access);
    }
}

/// What a token says (RFC 9068), which introspection says as well. `number_ids` is absent for the whole tenant.
pub(super) fn claims(access: &Access, grant: &Grant, issuer: &Issuer) -> Value {
    let mut claims = json!({
        "iss": issuer.url(),
        "sub": grant.tenant,
        "aud": access.audience,
        "exp": access.expires,
        "iat": access.issued,
        "jti": access.id,
        "client_id": access.client,
        "scope": SCOPE,
        "tenant_id": grant.tenant,
    });
    if let (Some(numbers), Value::Object(claims)) = (&grant.numbers, &mut claims) {
        claims.insert("number_ids".to_owned(), json!(numbers));
    }
    claims
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::super::grant::Code;
    use super::*;

    fn grant() -> Grant {
        Grant {
            client: "app".to_owned(),
            tenant: "tenant".to_owned(),
            numbers: None,
            redirect_uri: "http://127.0.0.1/cb".to_owned(),
            challenge: String::new(),
            audience: "http://127.0.0.1:8080/mcp".to_owned(),
            refreshes: true,
            code: Code { secret: Fingerprint::of("code"), expires: 60, is_used: false },
            family: None,
            refresh: None,
            access: VecDeque::new(),
        }
    }

    #[test]
    fn the_oldest_grant_makes_room_and_its_tokens_go_with_it() {
        let issuer = Issuer::new(None, (Ipv4Addr::LOCALHOST, 4010).into());
        let (mut oauth, mut ids) = (Oauth::default(), Ids::new(0));
        oauth.add_grant(grant());
        let new = NewAccess { grant: 0, client: "app", audience: "x", limit: None, now: 0 };
        let (token, _) = oauth.issue(&new, &issuer, &mut ids).unwrap();
        for _ in 1..MAX_GRANTS {
            oauth.add_grant(grant());
        }
        assert!(oauth.access(&token, 0).is_some());
        oauth.add_grant(grant());
        assert!(oauth.grant(0).is_none() && oauth.access(&token, 0).is_none());
        assert_eq!((oauth.grants.len(), oauth.access.len()), (MAX_GRANTS, 0));
        assert!(oauth.issue(&new, &issuer, &mut ids).is_none());
    }

    #[test]
    fn expired_tokens_are_not_kept() {
        let issuer = Issuer::new(None, (Ipv4Addr::LOCALHOST, 4010).into());
        let (mut oauth, mut ids) = (Oauth::default(), Ids::new(0));
        oauth.add_grant(grant());
        for now in [0, 1, ACCESS_LIFETIME] {
            let new = NewAccess { grant: 0, client: "app", audience: "x", limit: None, now };
            oauth.issue(&new, &issuer, &mut ids).unwrap();
        }
        assert_eq!(oauth.access.len(), 2, "the first has expired");
        assert_eq!(oauth.grants[&0].access.len(), 2);
    }
}
