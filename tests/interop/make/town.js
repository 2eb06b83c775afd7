// SPDX-License-Identifier: Apache-2.0
// town: device_lists.json, policies.json, rooms.json and rosters.json, in the pattern of those that
// stand in the source.  Alice, bob and the bot are of one network, carol is of another.
import { cat, compare, same, u8, unhex, zeros } from '../tacet/bytes.js';
import * as names from '../tacet/names.js';
import * as rooms from '../tacet/rooms.js';
import * as ros from '../tacet/roster.js';
import * as st from '../tacet/statements.js';

function firstList(who, made) {
  const devices = who.devices.map((d) => ({ did: d.did, dsk: d.dsk.public, added: made }));
  const l = { aid: who.aid, version: 1, previous: zeros(32), made, devices, revoked: [] };
  return { ...l, hash: st.listHash(who.nid, st.listBody(l)) };
}

function makeLists(pattern, who) {
  const place = (did) => pattern.account.devices.findIndex((d) => d.did === did);
  const deviceOf = (did) => who.devices[place(did)];
  let previous = zeros(32);
  const made = pattern.lists.map((p) => {
    const l = {
      aid: who.aid, version: p.version, previous, made: p.made_ms,
      devices: p.devices.map((d) => ({ did: deviceOf(d.did).did, dsk: deviceOf(d.did).dsk.public,
                                       added: d.added_ms })),
      revoked: p.revoked.map((d) => ({ did: deviceOf(d.did).did, at: d.at_version })) };
    const body = st.listBody(l), signer = deviceOf(p.signer);
    l.hash = st.listHash(who.nid, body);
    const statement = st.deviceList(l, who.nid, who.ark.private, signer.did, signer.dsk.private);
    const out = {
      ...p, previous, devices: l.devices.map((d) => ({ ...d, added_ms: d.added })), list: l,
      revoked: l.revoked.map((d, i) => ({ ...p.revoked[i], did: d.did })), signer: signer.did, body,
      statement, hash: l.hash };
    previous = l.hash;
    return out;
  });
  return { ...pattern, nid: who.nid, account: who, lists: made };
}

function makePolicies(pattern, people, bot) {
  let previous = zeros(32);
  const made = pattern.policies.map((p) => {
    const retention = p.retains === 0 ? null :
      { aid: bot.aid, scope: p.scope, strict: p.strict === 1, days: p.days,
        rooms: p.rooms.map((r) => unhex(r.room)) };
    const said = { number: p.number, previous, made: p.made_ms, from: p.from_ms, profile: p.profile,
                   retention };
    const body = rooms.policyBody(said), hash = rooms.policyHash(people.nid, body);
    const out = { ...p, previous, aid: retention ? bot.aid : p.aid, body, hash,
                  statement: rooms.policy(said, people.nid, people.root.private) };
    previous = hash;
    return out;
  });
  return { ...pattern, nid: people.nid, root: people.root, policies: made };
}

const inOrder = (members) =>
  members.sort((a, b) => compare(cat(u8(a.network), a.aid), cat(u8(b.network), b.aid)));

// The states of the play, without hashes: alice founds, lets carol in, leaves; bob succeeds her.
function plot(pattern, t) {
  const { alice, bob } = t.people;
  const networks = [alice.nid, t.carol.nid].sort(compare);
  const at = (nid) => networks.findIndex((n) => same(n, nid));
  const [founded, both, left, followed] = pattern.states;
  const of = (p, rest) => ({ version: p.version, made: p.made_ms, ttl: p.ttl_s, burn: p.burn_s,
                             posting: p.posting, name: unhex(p.name_box), signer: alice.devices[1],
                             ...rest });
  const member = (network, who, role, since) => ({ network, aid: who.aid, role, since });
  const two = inOrder([member(at(alice.nid), alice, 2, 1), member(at(alice.nid), bob, 1, 1),
                       member(at(t.carol.nid), t.carol, 5, 2)]);
  const without = two.filter((m) => !same(m.aid, alice.aid));
  const after = without.map((m) => (same(m.aid, bob.aid) ? { ...m, role: 2 } : m));
  return [
    of(founded, { networks: [alice.nid], home: 0,
                  members: inOrder([member(0, alice, 2, 1), member(0, bob, 1, 1)]) }),
    of(both, { networks, home: at(alice.nid), members: two }),
    of(left, { networks, home: at(alice.nid), members: without }),
    of(followed, { networks, home: at(alice.nid), members: after, signer: null })];
}

function makeRooms(draw, pattern, t) {
  const seed = draw.bytes(32), { directory, nid } = t.people;
  const nobody = { nid: zeros(32), aid: zeros(32), did: zeros(16) };
  let room = seed, previous = zeros(32), id;
  const states = plot(pattern, t).map((s, i) => {
    const said = { ...s, room, previous };
    const body = rooms.stateBody(said), hash = rooms.stateHash(nid, body);
    id = id ?? rooms.roomId(nid, body);
    const time = pattern.states[i].commit.time_ms;
    const c = { room: id, version: s.version, hash, previous, time };
    const out = {
      ...pattern.states[i], ...said, signer: s.signer ?? nobody, seed, room: id,
      networks: s.networks.map((n) => ({ nid: n })), body, hash,
      statement: rooms.state(said, s.signer ? s.signer.dsk.private : directory.private),
      commit: { time_ms: time, body: rooms.commitBody(c),
                statement: rooms.commit(c, nid, directory.private) } };
    room = id;
    previous = hash;
    return out;
  });
  return { ...pattern, directory, alice: t.people.alice, states };
}

// who: the people with their lists, and for each network its policy or nothing.
function makeRoster(sender, room, state, who, policies, skipped) {
  const networks = [...new Map(who.map((w) => [w.nid.toString('hex'), w.nid])).values()].sort(compare)
    .map((nid, i) => ({ nid, policyVersion: policies[i]?.number ?? 0,
                        policyHash: policies[i]?.hash ?? zeros(32) }));
  const accounts = inOrder(who.map((w) => ({
    network: networks.findIndex((n) => same(n.nid, w.nid)), aid: w.list.aid, list: w.list,
    listVersion: w.list.version, listHash: w.list.hash.subarray(0, 16) })));
  const o = { room, stateVersion: state?.version ?? 0, stateHash: state?.hash ?? zeros(32), networks,
              accounts, skipped: skipped.map((did) => ({ did })) };
  const roster = ros.roster(o);
  const lists = accounts.map((a) => a.list);
  return {
    room, state_version: o.stateVersion, state_hash: o.stateHash,
    networks: networks.map((n) => ({ nid: n.nid, policy_version: n.policyVersion,
                                     policy_hash: n.policyHash })),
    accounts: accounts.map((a) => ({ network: a.network, aid: a.aid, list_version: a.listVersion,
                                     list_hash: a.list.hash,
                                     devices: a.list.devices.map((d) => ({ did: d.did })) })),
    skipped: cat(...skipped), roster, digest: ros.rosterDigest(roster), sender,
    recipients: ros.recipients(o, lists, sender) };
}

function makeRosters(pattern, t, lists, policies, states) {
  const { alice, bob } = t.people;
  const sender = alice.devices[1].did;
  const at = (who, list) => ({ nid: who.nid, list });
  const a = at(alice, lists.lists[1].list), b = at(bob, firstList(bob, t.made));
  const c = at(t.carol, firstList(t.carol, t.made)), bot = at(t.bot, firstList(t.bot, t.made));
  const state = states.states[1];
  const policyAtHome = state.home === 0 ? [policies.policies[0]] : [undefined, policies.policies[0]];
  return {
    ...pattern,
    own_devices: makeRoster(sender, names.pairRoom(alice, alice), null, [a], [], []),
    two_networks: makeRoster(sender, names.pairRoom(alice, t.carol), null, [a, c], [], []),
    retained: makeRoster(sender, names.pairRoom(alice, bob), null, [a, b, bot], [policies.policies[1]], []),
    room: makeRoster(sender, state.room, state, [a, b, c], policyAtHome, [bob.devices[0].did]) };
}

// The four files by their names.
export function makeTown(draw, pattern, people, otherDomain) {
  const otherRoot = draw.pair();
  const t = { people, carol: draw.person(names.networkId(otherRoot.public, otherDomain)),
              bot: draw.person(people.nid), made: pattern.device_lists.lists[0].made_ms };
  const device_lists = makeLists(pattern.device_lists, people.alice);
  const policies = makePolicies(pattern.policies, people, t.bot);
  const roomStates = makeRooms(draw, pattern.rooms, t);
  return { device_lists, policies, rooms: roomStates,
           rosters: makeRosters(pattern.rosters, t, device_lists, policies, roomStates) };
}
