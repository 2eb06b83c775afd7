// SPDX-License-Identifier: Apache-2.0
// verdict: what is said of the roster of a message, of PROTOCOL 6.6.
//
// m:     sender, me (parties), room, seq, time, profile, places (of a partial upload, else null)
// known: list(a) for account a of the roster, policy(n) for network n, state(roster), each the statement
//        at the version named, with hash and, when a newer one is known, supersededAt, which a policy that
//        is not there may have too; of a state also committed.  highest: {seq, roster} of the highest seq
//        kept of this device in this room, or null.
import { hex, same } from './bytes.js';
import { HYBRID } from './channel.js';
import { pairRoom } from './names.js';
import { MODERATOR } from './rooms.js';
import { recipients } from './roster.js';
import { HOUR } from './signed.js';

export const WRONG = 'WRONG', LATE = 'LATE', OK = 'OK';

const POSTING_MODERATORS = 2;
const nameOf = (x) => hex(x.nid) + hex(x.aid);
const sameSet = (a, b) => a.size === b.size && [...a].every((x) => b.has(x));
const accountsOf = (r) => r.accounts.map((a) => ({ ...a, nid: r.networks[a.network].nid }));

// The two accounts, or the one, of the pair that has this room id.
function pairOf(r, accounts) {
  for (const a of accounts)
    for (const b of accounts) if (same(pairRoom(a, b), r.room)) return [a, b];
  return null;
}

// The accounts that policies put into this conversation.
function retained(r, policies) {
  const isRoom = r.stateVersion > 0;
  return r.networks.flatMap((n, i) => {
    const x = n.policyVersion > 0 ? policies[i].retention : null;
    const here = x && (x.scope === 1 || (x.scope === 2 && isRoom) ||
                       (x.scope === 3 && isRoom && x.rooms.some((id) => same(id, r.room))));
    return here ? [{ nid: n.nid, aid: x.aid, strict: x.strict }] : [];
  });
}

function peopleOf(r, accounts, state) {
  if (r.stateVersion === 0) return pairOf(r, accounts);
  return state.members.map((m) => ({ ...m, nid: state.networks[m.network] }));
}

// Whoever sends is one of the people; what has a seq is from those of them who may post.
function maySend(m, people, state, kept) {
  const isSender = (p) => nameOf(p) === nameOf(m.sender);
  const by = people.find(isSender);
  if (m.seq === 0) return by !== undefined || kept.some(isSender);
  return by !== undefined && (!state || state.posting !== POSTING_MODERATORS || by.role === MODERATOR);
}

// Why the participant's copy is not complete, or nothing.
function leftOut(k, m, r, lists, to) {
  const i = accountsOf(r).findIndex((a) => nameOf(a) === nameOf(k));
  if (i < 0) return 'missing';
  if (lists[i].devices.some((d) => r.skipped.some((s) => same(s.did, d.did)))) return 'skipped';
  const outside = to.some((t, place) => nameOf(t) === nameOf(k) && m.places && !m.places.includes(place));
  return outside && m.seq > 0 ? 'outside the scope' : null;
}

// Which version is lower than in the roster of a message that came after.
function goesBack(r, before) {
  if (r.stateVersion < before.stateVersion) return 'state';
  const lower = (now, then, version) =>
    now.some((x) => then.some((y) => x.name === y.name && x[version] < y[version]));
  const networks = (o) => o.networks.map((n) => ({ ...n, name: hex(n.nid) }));
  if (lower(networks(r), networks(before), 'policyVersion')) return 'policy';
  const accounts = (o) => accountsOf(o).map((a) => ({ ...a, name: nameOf(a) }));
  return lower(accounts(r), accounts(before), 'listVersion') ? 'list' : null;
}

function hashesDiffer(r, lists, policies, state) {
  if (r.accounts.some((a, i) => !same(lists[i].hash.subarray(0, 16), a.listHash))) return 'list';
  const another = (n, i) => n.policyVersion > 0 && !same(policies[i].hash, n.policyHash);
  if (r.networks.some(another)) return 'policy';
  return state && !same(state.hash, r.stateHash) ? 'state' : null;
}

const profileOf = (r, policies) =>
  Math.max(...r.networks.map((n, i) => (n.policyVersion > 0 ? policies[i].profile : HYBRID)));

function wrong(m, r, known, lists, policies, state) {
  const differs = hashesDiffer(r, lists, policies, state);
  if (differs) return `another ${differs}`;
  if (!same(r.room, m.room)) return 'another room';
  if (state && !state.committed) return 'not committed';
  const accounts = accountsOf(r), people = peopleOf(r, accounts, state);
  if (!people) return 'no pair';
  const kept = retained(r, policies);
  const must = new Set(people.map(nameOf)), may = new Set([...must, ...kept.map(nameOf)]);
  const are = new Set(accounts.map(nameOf));
  if ([...must].some((x) => !are.has(x)) || [...are].some((x) => !may.has(x))) return 'other people';
  if (!sameSet(new Set(r.networks.map((n) => hex(n.nid))), new Set(people.map((p) => hex(p.nid)))))
    return 'other networks';
  const to = recipients(r, lists, m.sender.did);
  const mine = to.findIndex((t) => same(t.did, m.me.did));
  if (mine < 0 || (m.places && !m.places.includes(mine))) return 'not for me';
  if (m.places?.some((place) => place >= to.length)) return 'for nobody';
  if (!maySend(m, people, state, kept)) return 'may not post';
  if (m.profile !== profileOf(r, policies)) return 'another profile';
  const back = known.highest && m.seq > known.highest.seq && goesBack(r, known.highest.roster);
  if (back) return `an older ${back}`;
  const out = kept.find((k) => k.strict && leftOut(k, m, r, lists, to));
  return out ? 'retention' : null;
}

function late(m, r, lists, policies, state) {
  const over = (x) => x && x.supersededAt !== undefined && x.supersededAt + HOUR < m.time;
  if (lists.some(over)) return 'list';
  if (over(state)) return 'state';
  if (policies.some(over)) return 'policy';
  const to = recipients(r, lists, m.sender.did);
  return retained(r, policies).some((k) => leftOut(k, m, r, lists, to)) ? 'retention' : null;
}

export function verdict(m, r, known) {
  const lists = accountsOf(r).map(known.list);
  const policies = r.networks.map(known.policy);
  const state = r.stateVersion > 0 ? known.state(r) : null;
  const bad = wrong(m, r, known, lists, policies, state);
  if (bad) return { verdict: WRONG, cause: bad };
  const why = late(m, r, lists, policies, state);
  return why ? { verdict: LATE, cause: why } : { verdict: OK, cause: null };
}
