// SPDX-License-Identifier: Apache-2.0
// roster: who is to receive, of PROTOCOL 4.6.
import { cat, isZero, label, Reader, require, requireRising, same, u8, u16, u32 } from './bytes.js';
import { sha384 } from './crypto.js';

export const rosterDigest = (bytes) => sha384(label('tacet1 roster'), bytes);

export const roster = (o) => cat(
  u8(1), o.room, u32(o.stateVersion), o.stateHash, u8(o.networks.length),
  ...o.networks.flatMap((n) => [n.nid, u32(n.policyVersion), n.policyHash]), u16(o.accounts.length),
  ...o.accounts.flatMap((a) => [u8(a.network), a.aid, u32(a.listVersion), a.listHash]),
  u16(o.skipped.length), ...o.skipped.flatMap((d) => [d.did, u8(1)]));

export function readRoster(bytes) {
  const r = new Reader(bytes);
  require(r.u8() === 1, 'another version');
  const o = { room: r.take(32), stateVersion: r.u32(), stateHash: r.take(32), networks: [],
              accounts: [], skipped: [] };
  for (let n = r.u8(); n > 0; n--)
    o.networks.push({ nid: r.take(32), policyVersion: r.u32(), policyHash: r.take(32) });
  for (let n = r.u16(); n > 0; n--)
    o.accounts.push({ network: r.u8(), aid: r.take(32), listVersion: r.u32(), listHash: r.take(16) });
  for (let n = r.u16(); n > 0; n--) o.skipped.push({ did: r.take(16), reason: r.u8() });
  r.end();
  require(o.stateVersion > 0 || isZero(o.stateHash), 'hash of no state');
  require(o.networks.length >= 1 && o.accounts.length >= 1, 'nobody');
  require(o.networks.length <= 8 && o.accounts.length <= 1024 && o.skipped.length <= 1024, 'counts', 'limit');
  for (const n of o.networks) require(n.policyVersion > 0 || isZero(n.policyHash), 'hash of no policy');
  for (const a of o.accounts) require(a.network < o.networks.length && a.listVersion >= 1, 'account');
  for (const d of o.skipped) require(d.reason === 1, 'reason');
  requireRising(o.networks, (n) => n.nid, 'networks');
  requireRising(o.accounts, (a) => cat(u8(a.network), a.aid), 'accounts');
  requireRising(o.skipped, (d) => d.did, 'skipped devices');
  return o;
}

// The recipients, each with its place: lists[i] is the device list of account i.
export function recipients(o, lists, sender) {
  const out = [];
  o.accounts.forEach((a, i) => {
    require(lists[i].version === a.listVersion && same(lists[i].aid, a.aid) &&
            same(lists[i].hash.subarray(0, 16), a.listHash), 'another list');
    for (const d of lists[i].devices)
      if (d.role !== 2 && !same(d.did, sender) && !o.skipped.some((s) => same(s.did, d.did)))
        out.push({ nid: o.networks[a.network].nid, aid: a.aid, did: d.did });
  });
  require(out.length <= 1024, 'too many', 'limit');
  return out;
}
