// SPDX-License-Identifier: Apache-2.0
// history: history.json.
import assert from 'node:assert/strict';
import { cat, hex, unhex } from '../tacet/bytes.js';
import * as hi from '../tacet/history.js';
import * as names from '../tacet/names.js';
import * as st from '../tacet/statements.js';
import { is, pairOf, refuses } from './vector.js';

function openControl(o) {
  const h = hi.read(unhex(o.content));
  assert.deepEqual([h.kind, hex(h.transfer), h.number, h.last, h.done, h.of, h.code, hex(h.cut)],
                   [o.kind, o.transfer, o.number, o.last, o.done, o.of, o.code, o.cut]);
  is(hi.write(h), o.content, 'history written back');
  refuses(() => hi.read(unhex(o.content).subarray(0, 17)), 'truncated', 'cut');
  refuses(() => hi.read(cat(Buffer.from([9]), unhex(o.content).subarray(1))), 'malformed', 'kind');
}

function openMessage(o, e) {
  assert.deepEqual(
    [hex(e.aid), e.mine ? 1 : 0, e.read ? 1 : 0, e.state, e.notes, e.missing, e.kept, hex(e.did), hex(e.id), e.seq,
     e.time, e.ttl, e.type, hex(e.content)],
    [o.aid, o.mine, o.read, o.state, o.notes, o.missing, o.kept_ms, o.did, o.id, o.seq, o.sent_ms, o.ttl_s, o.type,
     o.content]);
}

function openProof(v, e) {
  const p = v.proof, nid = unhex(v.nid);
  assert.deepEqual([hex(e.ctx), hex(e.core.room), hex(e.core.prev), hex(e.wrap.roster), e.wrap.listVersion,
                    hex(e.wrap.listHash)],
                   [p.ctx, p.room, p.prev, p.roster, p.list_version, p.list_hash]);
  is(names.pairRoom({ nid, aid: unhex(v.alice) }, { nid, aid: e.aid }), p.room, 'room');
  is(e.core.sender.aid, hex(e.aid), 'sender');
  const dsk = pairOf(v.dsk).public;
  is(names.deviceId(e.aid, dsk), hex(e.did), 'did');
  hi.checkProof(e, dsk);
  refuses(() => hi.checkProof({ ...e, content: Buffer.from('another') }, dsk), 'forged', 'content');
  refuses(() => hi.checkProof({ ...e, ctx: Buffer.alloc(64) }, dsk), 'forged', 'ctx');
}

export function history(v) {
  for (const o of v.controls) openControl(o);
  const [person, list, proved, unproved] = v.entries.map((o) => {
    const e = hi.readEntry(unhex(o.entry));
    is(hi.writeEntry(e), o.entry, 'entry written back');
    assert.equal(e.kind, o.kind);
    if (o.kind >= hi.PROVED) openMessage(o, e);
    return e;
  });
  const ark = pairOf(v.ark).public;
  is(person.ark, hex(ark), 'account root');
  is(person.aid, v.entries[0].aid, 'aid');
  is(names.accountId(unhex(v.nid), ark), v.entries[0].aid, 'aid of the key');
  assert.equal(person.handle.toString(), v.entries[0].handle);
  assert.equal(st.readDeviceList(list.list, unhex(v.nid), ark).devices.length, 1);
  openProof(v, proved);
  assert.equal(unproved.kind, hi.UNPROVED);
}
