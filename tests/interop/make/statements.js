// SPDX-License-Identifier: Apache-2.0
// statements: statements.json and safety.json, in the pattern of those that stand in the source.
import { sha256 } from '../tacet/crypto.js';
import * as names from '../tacet/names.js';
import * as ros from '../tacet/roster.js';
import { DAY } from '../tacet/signed.js';
import * as st from '../tacet/statements.js';
import { compare, unhex, zeros } from '../tacet/bytes.js';

export function makePeople(draw, domain) {
  const root = draw.pair();
  const nid = names.networkId(root.public, domain);
  return { domain, root, nid, directory: draw.pair(), alice: draw.person(nid), bob: draw.person(nid) };
}

// Device 1 alone, and then both; device 1 signs, and keeps the day on which it came.
function makeLists(pattern, who) {
  const added = [pattern[1].made_ms, pattern[0].made_ms];
  let previous = zeros(32);
  return pattern.map((p) => {
    const devices = who.devices.map((d, i) => ({ did: d.did, dsk: d.dsk.public, added: added[i] }))
      .slice(p.version === 1 ? 1 : 0);
    const l = { aid: who.aid, version: p.version, previous, made: p.made_ms, devices, revoked: [] };
    const signer = who.devices[1];
    const made = { ...p, previous, signer: signer.did,
                   statement: st.deviceList(l, who.nid, who.ark.private, signer.did, signer.dsk.private) };
    made.hash = st.listHash(who.nid, st.listBody(l));
    previous = made.hash;
    return { ...made, list: { ...l, hash: made.hash } };
  });
}

function makeDirectory(pattern, people) {
  const { nid, root, directory, alice } = people;
  const c = pattern.certificate, d = pattern.directory, k = pattern.server_keys;
  return {
    certificate: { ...c, key: directory, statement: st.certificate(
      { key: directory.public, made: c.made_ms, expires: c.made_ms + 90 * DAY, name: c.name }, nid,
      root.private) },
    directory: { ...d, statement: st.directory(
      { number: d.number, aid: alice.aid, ark: alice.ark.public, role: d.role, state: d.state,
        made: d.made_ms, handle: d.handle }, nid, directory.private) },
    server_keys: { ...k, statement: st.serverKeys(
      { number: k.number, made: k.made_ms, pins: k.pins.map((p) => unhex(p.pin)) }, nid,
      directory.private) } };
}

function makePrekey(draw, p, device, list) {
  const key = draw.pair(), kem = draw.kem();
  const said = { aid: device.aid, did: device.did, number: p.number, point: key.public,
                 kemDigest: kem.digest, made: p.made_ms, listVersion: list.version, listHash: list.hash };
  return { ...p, key, kem, did: device.did, list_version: list.version, list_hash: list.hash,
           statement: st.prekey(said, device.nid, device.dsk.private) };
}

function makeSignin(draw, p, device) {
  const binding = draw.bytes(32);
  const said = { did: device.did, domain: p.domain, generation: p.generation, binding };
  return { ...p, did: device.did, binding, statement: st.signin(said, device.nid, device.dsk.private) };
}

// Both at version 2, bob's first device without a prekey.
function makeRoster(people, lists) {
  const { nid, alice, bob } = people;
  const room = names.pairRoom(alice, bob);
  const skipped = bob.devices[0].did;
  const roster = ros.roster({
    room, stateVersion: 0, stateHash: zeros(32), networks: [{ nid, policyVersion: 0, policyHash: zeros(32) }],
    accounts: lists.map((l) => ({ network: 0, aid: l.aid, listVersion: l.version,
                                  listHash: l.hash.subarray(0, 16) }))
      .sort((a, b) => compare(a.aid, b.aid)),
    skipped: [{ did: skipped }] });
  return { room, skipped, roster, digest: ros.rosterDigest(roster) };
}

function makeInvitation(draw, nid, address) {
  const i = { nid, pin: draw.bytes(32), token: draw.bytes(16), address };
  return { ...i, link: names.writeInvitation(i), token_hash: sha256(i.token) };
}

export function makeStatements(draw, pattern, people) {
  const { alice, bob } = people;
  const alice_lists = makeLists(pattern.alice_lists, alice), bob_lists = makeLists(pattern.bob_lists, bob);
  return {
    ...pattern, domain: people.domain, root: people.root, nid: people.nid, alice, bob,
    ...makeDirectory(pattern, people), alice_lists, bob_lists,
    prekey: makePrekey(draw, pattern.prekey, alice.devices[1], alice_lists[1].list),
    signin: makeSignin(draw, pattern.signin, alice.devices[1]),
    roster: makeRoster(people, [alice_lists[1].list, bob_lists[1].list]),
    invitation: makeInvitation(draw, people.nid, pattern.invitation.address) };
}

export function makeSafety(pattern, people) {
  const sides = [people.alice, people.bob].map((p) => ({ nid: p.nid, aid: p.aid, ark: p.ark.public }));
  return { ...pattern, sides, ...names.safety(...sides) };
}
