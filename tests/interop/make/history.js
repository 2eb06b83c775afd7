// SPDX-License-Identifier: Apache-2.0
// history: history.json.
import { unhex } from '../tacet/bytes.js';
import * as hi from '../tacet/history.js';
import { contentDigest } from '../tacet/message.js';
import * as names from '../tacet/names.js';
import * as st from '../tacet/statements.js';

export function makeHistory(draw, pattern, people) {
  const { nid, alice, bob } = people;
  const device = bob.devices[0];
  const list = st.deviceList(
    { aid: bob.aid, version: 1, previous: Buffer.alloc(32), made: 1793000000000, revoked: [],
      devices: [{ did: device.did, dsk: device.dsk.public, added: 1793000000000 }] },
    nid, bob.ark.private, device.did, device.dsk.private);
  const [, , o] = pattern.entries;
  const content = unhex(o.content), id = draw.bytes(16);
  const core = { sender: { nid, aid: bob.aid, did: device.did }, room: names.pairRoom(alice, bob),
                 flags: 0, id, seq: o.seq, prev: unhex(pattern.proof.prev), time: o.sent_ms, ttl: o.ttl_s, type: o.type,
                 digest: contentDigest(id, content) };
  const message = { kind: hi.PROVED, aid: bob.aid, mine: o.mine === 1, read: o.read === 1, state: o.state, notes: o.notes,
                    missing: o.missing, kept: o.kept_ms, ctx: draw.bytes(64), core,
                    wrap: { roster: draw.bytes(48), listVersion: 1, listHash: draw.bytes(16) }, content };
  message.signature = hi.prove(message, device.dsk.private);
  const said = (m, p) => ({ ...p, aid: bob.aid, did: device.did, id, entry: hi.writeEntry(m) });
  const mine = pattern.entries[3];
  const unproved = { ...message, kind: hi.UNPROVED, mine: mine.mine === 1, state: mine.state, did: device.did, id,
                     seq: core.seq, time: core.time, ttl: core.ttl, type: core.type };
  const handle = pattern.entries[0].handle;
  return {
    ...pattern, nid, alice: alice.aid, ark: bob.ark, dsk: device.dsk,
    controls: pattern.controls,
    proof: { ...pattern.proof, ctx: message.ctx, room: core.room, roster: message.wrap.roster,
             list_hash: message.wrap.listHash },
    entries: [
      { ...pattern.entries[0], aid: bob.aid,
        entry: hi.writeEntry({ kind: hi.PERSON, aid: bob.aid, ark: bob.ark.public, handle: Buffer.from(handle) }) },
      { ...pattern.entries[1], entry: hi.writeEntry({ kind: hi.LIST, list }) },
      said(message, o), said(unproved, mine)] };
}
