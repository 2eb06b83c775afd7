// SPDX-License-Identifier: Apache-2.0
// What PROTOCOL 6.6 says of rosters: one conversation, and one thing about it changed in each case.
import assert from 'node:assert/strict';
import test from 'node:test';
import { compare, zeros } from './tacet/bytes.js';
import { random } from './tacet/crypto.js';
import { pairRoom } from './tacet/names.js';
import { LATE, OK, verdict, WRONG } from './tacet/verdict.js';

const HOUR = 3600000, NOW = 1793000000000;
const byDid = (a, b) => compare(a.did, b.did);

function person(nid) {
  const aid = random(32);
  const devices = [{ did: random(16) }, { did: random(16) }].sort(byDid);
  return { nid, aid, list: { aid, version: 3, hash: random(32), devices } };
}

// Alice sends to bob; `own` is alice's own network's policy, `room` makes it a room of theirs.
function conversation({ room, policy = null, extra = [] } = {}) {
  const nid = random(32);
  const alice = person(nid), bob = person(nid), bot = person(nid);
  const people = [alice, bob], all = [...people, ...extra.map((x) => (x === 'bot' ? bot : person(nid)))];
  all.sort((a, b) => compare(a.aid, b.aid));
  const state = room && { version: 2, hash: random(32), networks: [nid], committed: true, posting: 1,
                          ...room,
                          members: people.map((p) => ({ network: 0, aid: p.aid, role: p === bob ? 2 : 1 })) };
  const rules = policy && { profile: 2, hash: random(32), ...policy,
                            retention: policy.retention && { aid: bot.aid, rooms: [], ...policy.retention } };
  const roster = {
    room: room ? random(32) : pairRoom(alice, bob), stateVersion: state ? 2 : 0,
    stateHash: state ? state.hash : zeros(32),
    networks: [{ nid, policyVersion: rules ? 4 : 0, policyHash: rules ? rules.hash : zeros(32) }],
    accounts: all.map((p) => ({ network: 0, aid: p.aid, listVersion: p.list.version,
                                listHash: p.list.hash.subarray(0, 16) })),
    skipped: [] };
  const known = { list: (a) => all.find((p) => compare(p.aid, a.aid) === 0).list, policy: () => rules,
                  state: () => state, highest: null };
  const party = (p, i) => ({ nid, aid: p.aid, did: p.list.devices[i].did });
  const m = { sender: party(alice, 0), me: party(bob, 0), room: roster.room, seq: 7, time: NOW, profile: 2,
              places: null };
  return { alice, bob, bot, roster, known, m, state, rules, party };
}

const judge = (c) => verdict(c.m, c.roster, c.known);

// says: WRONG, LATE or OK; change: what is done to the conversation first.
function claim(name, says, of, change = () => {}) {
  test(name, () => {
    const c = conversation(of);
    change(c);
    const v = judge(c);
    assert.equal(v.verdict, says, v.cause);
  });
}

const KEPT = { extra: ['bot'], policy: { retention: { scope: 1, strict: true } } };
const placeOf = (c, did) => {
  const devices = c.roster.accounts.flatMap((a) => c.known.list(a).devices);
  return devices.filter((d) => d.did !== c.m.sender.did).findIndex((d) => d.did === did);
};

claim('a pair is told what it sends', OK);
claim('a room is told what a member sends', OK, { room: {} });
claim('a conversation with its retention participant', OK, KEPT);
claim('another hash of a list', WRONG, {}, (c) => { c.bob.list.hash = random(32); });
claim('another hash of a policy', WRONG, { policy: {} }, (c) => { c.rules.hash = random(32); });
claim('another hash of a state', WRONG, { room: {} }, (c) => { c.state.hash = random(32); });
claim('a state that nobody committed', WRONG, { room: {} }, (c) => { c.state.committed = false; });
claim('an account that belongs to no people', WRONG, { extra: ['stranger'] });
claim('a retention participant that no policy names', WRONG, { extra: ['bot'] });
claim('the roster of another room', WRONG, {}, (c) => { c.m.room = random(32); });
claim('a member left out', WRONG, { room: {} }, (c) => {
  c.state.members.push({ network: 0, aid: random(32), role: 1 });
});
claim('a network that nobody is of', WRONG, {}, (c) => {
  c.roster.networks.push({ nid: Buffer.alloc(32, 255), policyVersion: 0, policyHash: zeros(32) });
});
claim('my device is skipped', WRONG, {}, (c) => { c.roster.skipped = [{ did: c.m.me.did, reason: 1 }]; });
claim('my device is not of those for whom it is', WRONG, {}, (c) => {
  c.m.places = [placeOf(c, c.bob.list.devices[1].did)];
});
claim('my device is of those for whom it is', OK, {}, (c) => { c.m.places = [placeOf(c, c.m.me.did)]; });
claim('who may not post', WRONG, { room: { posting: 2 } });
claim('a moderator may', OK, { room: { posting: 2 } }, (c) => {
  for (const x of c.state.members) x.role = 2;
});
claim('who may not post may say what a control message says', OK, { room: { posting: 2 } },
      (c) => { c.m.seq = 0; });
claim('a retention participant posts', WRONG, KEPT, (c) => { c.m.sender = c.party(c.bot, 0); });
claim('a retention participant asks', OK, KEPT, (c) => {
  Object.assign(c.m, { sender: c.party(c.bot, 0), seq: 0 });
});
claim('a place of nobody', WRONG, {}, (c) => { c.m.places = [placeOf(c, c.m.me.did), 3]; });
claim('no policy, while one is in force', LATE, {}, (c) => {
  c.known.policy = () => ({ supersededAt: NOW - HOUR - 1 });
});
claim('a stranger sends', WRONG, {}, (c) => { c.m.sender = { ...c.m.sender, aid: random(32) }; });
claim('a profile below that of no policy', WRONG, {}, (c) => { c.m.profile = 1; });
claim('a profile that the policy allows', OK, { policy: { profile: 1 } }, (c) => { c.m.profile = 1; });
claim('a profile above it', WRONG, { policy: { profile: 1 } });
for (const field of ['stateVersion', 'listVersion'])
  claim(`a lower ${field} than came before`, WRONG, { room: {} }, (c) => {
    const accounts = c.roster.accounts.map((a) => ({ ...a, listVersion: field === 'listVersion' ? 4 : 3 }));
    const before = { ...c.roster, accounts, stateVersion: field === 'stateVersion' ? 3 : 2 };
    c.known.highest = { seq: 6, roster: before };
  });
claim('a lower version in a message that came before', OK, {}, (c) => {
  const accounts = c.roster.accounts.map((a) => ({ ...a, listVersion: 4 }));
  c.known.highest = { seq: 7, roster: { ...c.roster, accounts } };
});
for (const [strict, says] of [[true, WRONG], [false, LATE]]) {
  const of = (extra) => ({ extra, policy: { retention: { scope: 1, strict } } });
  claim(`retention left out, strict ${strict}`, says, of([]));
  claim(`retention's device skipped, strict ${strict}`, says, of(['bot']), (c) => {
    c.roster.skipped = [{ did: c.bot.list.devices[0].did, reason: 1 }];
  });
  claim(`retention outside the scope, strict ${strict}`, says, of(['bot']), (c) => {
    c.m.places = [placeOf(c, c.m.me.did)];
  });
  claim(`but not of a control message, strict ${strict}`, OK, of(['bot']), (c) => {
    Object.assign(c.m, { places: [placeOf(c, c.m.me.did)], seq: 0 });
  });
}
claim('retention of rooms does not concern a pair', OK,
      { policy: { retention: { scope: 2, strict: true } } });
claim('but a room', WRONG, { room: {}, policy: { retention: { scope: 2, strict: true } } });
claim('retention of other rooms', OK,
      { room: {}, policy: { retention: { scope: 3, strict: true, rooms: [random(32)] } } });
for (const [over, says] of [[HOUR, OK], [HOUR + 1, LATE]]) {
  const since = (x) => { x.supersededAt = NOW - over; };
  claim(`a list superseded ${over} ms before`, says, {}, (c) => since(c.bob.list));
  claim(`a state superseded ${over} ms before`, says, { room: {} }, (c) => since(c.state));
  claim(`a policy superseded ${over} ms before`, says, { policy: {} }, (c) => since(c.rules));
}
