// SPDX-License-Identifier: Apache-2.0
// joining: joining.json, in the pattern of the one that stands in the source.
import { cat, compare, zeros } from '../tacet/bytes.js';
import * as jo from '../tacet/joining.js';
import { accountId, deviceId } from '../tacet/names.js';
import * as st from '../tacet/statements.js';

const KEYS = ['old', 'new', 'third', 'recovery_key'];

function makeAccount(draw, nid) {
  const ark = draw.pair();
  const aid = accountId(nid, ark.public);
  const of = Object.fromEntries(KEYS.map((name) => {
    const dsk = draw.pair();
    return [name, { dsk, did: deviceId(aid, dsk.public) }];
  }));
  return { ark, aid, ...of };
}

const inOrder = (list) => [...list].sort((a, b) => compare(a.did, b.did));

// Who stands, and who signs, as in the pattern; in the order of the dids that were drawn.
function makeLists(pattern, who, nid) {
  const nameOf = (did) => KEYS.find((name) => pattern.account[name].did === did);
  let previous = zeros(32);
  return pattern.lists.map((p) => {
    const devices = inOrder(p.devices.map((d) => {
      const { did, dsk } = who[nameOf(d.did)];
      return { did, dsk: dsk.public, role: d.role, added: d.added_ms, added_ms: d.added_ms,
               capabilities: d.capabilities };
    }));
    const revoked = inOrder(p.revoked.map((d) => (
      { did: who[nameOf(d.did)].did, at: d.at_version, at_version: d.at_version })));
    const l = { aid: who.aid, version: p.version, previous, made: p.made_ms, devices, revoked };
    const signer = who[nameOf(p.signer)];
    const out = { ...p, previous, devices, revoked, signer: signer.did,
                  statement: st.deviceList(l, nid, who.ark.private, signer.did, signer.dsk.private),
                  hash: st.listHash(nid, st.listBody(l)) };
    previous = out.hash;
    return out;
  });
}

function makeAsk(draw, pattern, k, device) {
  const point = draw.pair(), kem = draw.kem();
  const a = { did: device.did, dsk: device.dsk.public, point: point.public, kem: kem.public,
              name: pattern.ask.name };
  const body = jo.ask(a), signature = jo.signAsk(k, a, device.dsk.private);
  return { a, vector: { point, kem, name: a.name, ask: body, signature,
                        box: jo.box(k, cat(body, signature), draw.bytes(12)), code: jo.code(k, body) } };
}

export function makeJoining(draw, pattern, people) {
  const { nid, root, domain } = people;
  const who = makeAccount(draw, nid);
  const lists = makeLists(pattern, who, nid);
  const k = { nid, pin: draw.bytes(32), aid: who.aid, secret: draw.bytes(32), address: pattern.link.address };
  const { a, vector } = makeAsk(draw, pattern, k, who.new);
  const said = { root: root.public, domain, handle: pattern.answer.handle, ark: who.ark.private };
  const { shared, bytes } = jo.answer(k, a, { ...said, list: lists[1].statement }, draw.pair(), draw.bytes(32));
  const r = draw.bytes(20);
  const blob = jo.blob(r, nid, { ...said, aid: who.aid, dsk: who.recovery_key.dsk.private }, draw.bytes(12));
  return {
    ...pattern, nid, root, account: who, lists,
    link: { ...k, link: jo.writeDeviceLink(k), slot: jo.slotOf(k), key: jo.keyOf(k) },
    ask: vector, answer: { domain, handle: said.handle, shared, answer: bytes },
    recovery: { r, letters: jo.letters(r), slot: jo.recoverySlot(r, nid), blob } };
}
