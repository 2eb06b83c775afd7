// SPDX-License-Identifier: Apache-2.0
// odd_forms: uploads, deliveries, trailers, descriptors, frames' headers and links that no encoder would
// produce, of PROTOCOL 6, 8 and 13 to 15.
import { cat, u16, u32, u64, u8, unhex, zeros } from '../tacet/bytes.js';
import { readHeader } from '../tacet/calls.js';
import { capsuleSize, readDelivered } from '../tacet/channel.js';
import * as contents from '../tacet/contents.js';
import * as control from '../tacet/control.js';
import * as filed from '../tacet/filed.js';
import * as position from '../tacet/position.js';
import * as receipt from '../tacet/receipt.js';
import { sha256 } from '../tacet/crypto.js';
import { readAttachment, readDescriptor, SIZE_MOST, writeAttachment, writeDescriptor } from '../tacet/files.js';
import { readDeviceLink, readLetters, writeDeviceLink } from '../tacet/joining.js';
import * as msg from '../tacet/message.js';
import { readInvitation, writeInvitation } from '../tacet/names.js';
import { fill, says, set } from './bend.js';

const head = (profile, flags) => cat(u8(1), u8(1), u8(profile), u8(flags), u8(2), fill(66, 1));
const capsule = (profile, recipient = 0, x = 1) =>
  ({ recipient, capsule: cat(u8(2), fill(66, x), fill(capsuleSize(profile) - 67, 5)) });

// An upload of n entries, and what is changed in it.
function upload({ profile = 1, flags = 0, scope = null, n = 2, capsules = [], body = fill(272, 3),
                  entries = Array.from({ length: n }, () => fill(60, 7)) } = {}) {
  const s = { head: head(profile, flags), scope, com: fill(32, 1), roster: fill(48, 2), body,
              trailer: fill(512, 4) };
  return msg.upload(s, 1, capsules, entries);
}

const places = (n) => Array.from({ length: n }, (_, i) => i);

function uploads() {
  const many = (n, profile = 1) => Array.from({ length: n }, (_, i) => capsule(profile, i));
  return [
    ['plain', upload()], ['hybrid', upload({ profile: 2 })], ['profile 0', upload({ profile: 0 })],
    ['profile 3', upload({ profile: 3 })], ['version 2', set(upload(), 0, 2)],
    ['suite 2', set(upload(), 1, 2)],
    ['flags 2', upload({ flags: 2 })], ['a point of form 4', set(upload(), 4, 4)],
    ['a point of form 0', set(upload(), 4, 0)], ['for nobody', upload({ n: 0 })],
    ['for 1,024', upload({ n: 1024 })], ['for 1,025', upload({ n: 1025 })],
    ['partial', upload({ flags: 1, scope: [0, 5] })],
    ['partial for none', upload({ flags: 1, scope: [], n: 0 })],
    ['partial, one entry less', upload({ flags: 1, scope: [0, 5], n: 1 })],
    ['partial out of order', upload({ flags: 1, scope: [5, 0] })],
    ['partial, a place twice', upload({ flags: 1, scope: [5, 5] })],
    ['place 1,023', upload({ flags: 1, scope: [1023], n: 1 })],
    ['place 1,024', upload({ flags: 1, scope: [1024], n: 1 })],
    ['partial for 1,024', upload({ flags: 1, scope: places(1024), n: 1024 })],
    ['50 capsules', upload({ n: 51, capsules: many(50) })],
    ['51 capsules', upload({ n: 51, capsules: many(51) })],
    ['50 capsules, hybrid', upload({ profile: 2, n: 1024, capsules: many(50, 2), body: fill(98320, 3) })],
    ['a capsule for nobody', upload({ capsules: [capsule(1, 2)] })],
    ['capsules out of order', upload({ capsules: [capsule(1, 1), capsule(1, 0)] })],
    ['two capsules for one', upload({ capsules: [capsule(1, 0), capsule(1, 0)] })],
    ['capsules of two points', upload({ capsules: [capsule(1, 0), capsule(1, 1, 2)] })],
    ['a capsule of the other profile', upload({ profile: 2, capsules: [capsule(1, 0)] })],
    ['a body that is no step', upload({ body: fill(273, 3) })], ['no body', upload({ body: zeros(0) })],
    ['the tag alone', upload({ body: fill(16, 3) })], ['the largest body', upload({ body: fill(98320, 3) })],
    ['a larger body', upload({ body: fill(131088, 3) })], ['cut', upload().subarray(0, -1)],
    ['a byte behind', cat(upload(), u8(0))], ['nothing', zeros(0)]];
}

function deliveries() {
  const of = (n, front = head(1, 0)) =>
    cat(front, fill(32, 1), fill(48, 2), fill(60, 7), fill(n, 3), fill(512, 4));
  return [
    ['plain', of(272)], ['no step', of(271)], ['no body', of(0)], ['the tag alone', of(16)],
    ['the largest', of(98320)], ['larger', of(131088)], ['without trailer', of(272).subarray(0, 300)],
    ['partial', of(272, cat(head(1, 1), u16(1), u16(3)))],
    ['partial for none', of(272, cat(head(1, 1), u16(0)))],
    ['partial for 1,025', of(272, cat(head(1, 1), u16(1025), ...places(1025).map((i) => u16(i))))],
    ['flags 128', of(272, head(1, 128))]];
}

function capsules() {
  const of = (profile, n = capsuleSize(profile)) => cat(u8(1), u8(1), u8(profile), u8(2), fill(n - 1, 1));
  return [['plain', of(1)], ['hybrid', of(2)], ['profile 3', set(of(1), 2, 3)],
          ['hybrid, and too short', of(2, 307)], ['standard, and too long', of(1, 1875)], ['cut', of(1, 306)],
          ['a byte behind', of(1, 308)], ['version 2', set(of(1), 0, 2)], ['suite 0', set(of(1), 1, 0)],
          ['a point of form 4', set(of(1), 3, 4)]];
}

function trailers(p) {
  const d = p.alice.devices[0];
  const good = { sender: d, room: fill(32, 1), flags: 0, id: fill(16, 2), seq: 2, prev: fill(32, 3), time: 1,
                 ttl: 60, type: 1, digest: fill(32, 4) };
  const wrap = (listVersion) => msg.wrap({ roster: fill(48, 5), listVersion, listHash: fill(16, 6) });
  const of = (change, bend = (b) => b) =>
    bend(cat(msg.core({ ...good, ...change }), wrap(change.list ?? 1), fill(132, 7), zeros(76)));
  const z = { prev: zeros(32) };
  return [
    ['plain', of({})], ['first', of({ seq: 1, ...z })], ['first with a prev', of({ seq: 1 })],
    ['second without', of(z)], ['restart', of({ ...z, flags: 1 })], ['restart with a prev', of({ flags: 1 })],
    ['restart at 1', of({ ...z, seq: 1, flags: 1 })],
    ['restart of a control message', of({ ...z, seq: 0, flags: 1, type: 16 })],
    ['flags 2', of({ flags: 2 })], ['text at 0', of({ ...z, seq: 0 })],
    ['control at 0', of({ ...z, seq: 0, type: 16 })],
    ['control at 0 with a prev', of({ seq: 0, type: 16 })], ['control at 2', of({ type: 16 })],
    ['type 31 at 0', of({ ...z, seq: 0, type: 31 })], ['type 32 at 0', of({ ...z, seq: 0, type: 32 })],
    ['type 15 at 0', of({ ...z, seq: 0, type: 15 })], ['type 32', of({ type: 32 })],
    ['type 0', of({ type: 0 })],
    ['type 65,535', of({ type: 65535 })], ['no ttl', of({ ttl: 0 })], ['a year', of({ ttl: 31536000 })],
    ['more than a year', of({ ttl: 31536001 })], ['the last place', of({ seq: 2n ** 64n - 1n })],
    ['at time 0', of({ time: 0 })], ['burns after a year', of({ burn: 31536000 })],
    ['burns after more than a year', of({ burn: 31536001 })],
    ['control that burns', of({ ...z, seq: 0, type: 16, burn: 1 })],
    ['refs', of({}, (b) => set(b, 187, 1))],
    ['list version 0', of({ list: 0 })], ['padding', of({}, (b) => set(b, -1, 1))],
    ['cut', of({}, (b) => b.subarray(0, 495))], ['a byte behind', of({}, (b) => cat(b, u8(0)))]];
}

function controls() {
  const ctx = (x) => fill(16, x), r = (a, b) => cat(u64(a), u64(b));
  const most = Array.from({ length: 33 }, (_, i) => r(10 * i + 1, 10 * i + 2));
  return [
    [16, 'plain', cat(u8(1), ctx(1))], [16, 'none', u8(0)], [16, 'out of order', cat(u8(2), ctx(2), ctx(1))],
    [16, 'twice', cat(u8(2), ctx(1), ctx(1))], [16, 'one missing', cat(u8(2), ctx(1))],
    [16, 'a byte behind', cat(u8(1), ctx(1), u8(0))], [16, 'zero', cat(u8(1), ctx(0))],
    [16, 'nothing', zeros(0)],
    [17, 'plain', cat(u8(1), r(1, 1))], [17, 'from 0', cat(u8(1), r(0, 1))],
    [17, 'backwards', cat(u8(1), r(2, 1))],
    [17, 'touching', cat(u8(2), r(1, 2), r(3, 4))], [17, 'with one between', cat(u8(2), r(1, 2), r(4, 4))],
    [17, 'over each other', cat(u8(2), r(1, 4), r(3, 6))], [17, '32', cat(u8(32), ...most.slice(0, 32))],
    [17, '33', cat(u8(33), ...most)], [18, 'to the end', cat(u8(1), r(1, 2n ** 64n - 1n))],
    [18, 'behind the end', cat(u8(2), r(1, 2n ** 64n - 1n), r(1, 1))],
    [18, 'at the end', cat(u8(2), r(1, 2n ** 64n - 2n), r(2n ** 64n - 1n, 2n ** 64n - 1n))],
    [19, 'plain', cat(u8(1), ctx(1), ctx(9))], [19, 'twice', cat(u8(2), ctx(1), ctx(9), ctx(1), ctx(8))],
    [20, 'plain', zeros(0)], [20, 'not empty', u8(0)], [21, 'unknown', zeros(0)], [31, 'unknown', u8(1)]];
}

function receipts() {
  const did = fill(16, 7), r = (a, b) => cat(u64(a), u64(b)), last = 2n ** 64n - 1n;
  const of = (read, count, ...ranges) => cat(did, u64(read), u8(count), ...ranges);
  const most = Array.from({ length: 33 }, (_, i) => r(2 * i + 1, 2 * i + 1));
  return [
    ['came', of(0, 1, r(1, 1))], ['read', of(1, 0)], ['both', of(9, 1, r(3, 4))], ['nothing', of(0, 0)],
    ['all there is', of(last, 1, r(1, last))], ['of nobody', cat(zeros(16), u64(1), u8(0))],
    ['empty', zeros(0)], ['cut in the did', did.subarray(0, 15)], ['without a count', cat(did, u64(1))],
    ['cut', of(0, 2, r(1, 1), r(3, 3).subarray(0, 15))], ['one missing', of(0, 2, r(1, 1))],
    ['a byte behind', of(1, 0, u8(0))], ['from 0', of(0, 1, r(0, 1))], ['backwards', of(0, 1, r(2, 1))],
    ['touching', of(0, 2, r(1, 2), r(3, 4))], ['with one between', of(0, 2, r(1, 2), r(4, 4))],
    ['over each other', of(0, 2, r(1, 4), r(3, 6))], ['out of order', of(0, 2, r(5, 6), r(1, 2))],
    ['32', of(0, 32, ...most.slice(0, 32))], ['33', of(0, 33, ...most)]];
}

const at = (latitude, longitude, ...rest) => cat(u32(latitude >>> 0), u32(longitude >>> 0), u32(0), u64(0), ...rest);

function positions() {
  return [
    ['plain', at(5, 5)], ['the pole', at(900000000, 1800000000)], ['the other', at(-900000000, -1800000000)],
    ['beyond the pole', at(900000001, 0)], ['beyond the other', at(-900000001, 0)], ['around', at(0, 1800000001)],
    ['around the other way', at(0, -1800000001)], ['the least', at(-(2 ** 31), 0)], ['cut', at(0, 0).subarray(0, 19)],
    ['empty', zeros(0)], ['a label', at(0, 0, Buffer.from('gate'))], ['no UTF-8', at(0, 0, u8(0xff))],
    ['the longest label', at(0, 0, Buffer.alloc(256, 'a'))], ['a longer one', at(0, 0, Buffer.alloc(257, 'a'))],
    ['a longer one beyond the pole', at(900000001, 0, Buffer.alloc(257, 'a'))]];
}

function cards() {
  const of = (handle) => cat(fill(32, 1), fill(32, 2), Buffer.from(handle));
  return [['plain', of('bob')], ['nobody', of('')], ['large letters', of('Bob')], ['the longest', of('a'.repeat(32))],
          ['longer', of('a'.repeat(33))], ['cut', fill(63, 1)]];
}

function shelves() {
  const of = (kept, folder, title) => cat(u8(kept), u8(folder.length), Buffer.from(folder), Buffer.from(title));
  const folders = ['a', 'a/b', '/', '/a', 'a/', 'a//b', '.', '..', '../a', 'a/..', 'a/./b', '...', '1/2/3/4/5/6/7/8',
                   '1/2/3/4/5/6/7/8/9', 'a\n', 'a\x7f', 'a'.repeat(255)];
  return [...folders.map((f) => [`folder ${f}`, of(1, f, '')]), ['none', of(0, '', '')], ['nothing else', of(1, '', '')],
          ['gone with a title', of(0, '', 'a')], ['gone with a folder', of(0, 'a', '')], ['a path', of(1, '', '../../etc')],
          ['a title of lines', of(1, '', 'a\nb')], ['another kept', of(2, '', '')], ['empty', zeros(0)],
          ['cut', cat(u8(1), u8(3), Buffer.from('ab'))], ['no UTF-8', cat(u8(1), u8(1), u8(0xff))],
          ['the longest title', of(1, 'a', 'a'.repeat(255))], ['a longer one', of(1, 'a', 'a'.repeat(256))],
          ['a line of C1', cat(u8(1), u8(0), Buffer.from('\u0085'))], ['a line separator', cat(u8(1), u8(0), Buffer.from('\u2029'))]];
}

function contentForms() {
  const name = fill(32, 7), at = (stamp) => cat(name, u64(stamp)), a = (n) => Buffer.alloc(n, 'a');
  const react = (on, kind) => cat(at(9), u8(on), Buffer.from(kind));
  return [
    [1, 'text', cat(name, u64(0), u8(0), a(1))], [6, 'unknown', cat(name, u64(0), u8(0), a(1))],
    [5, 'plain', name], [5, 'cut', name.subarray(0, 31)], [5, 'a byte behind', cat(name, u8(0))],
    [2, 'cut in the name', name.subarray(0, 31)], [2, 'empty', name], [2, 'no UTF-8', cat(name, u8(0xff))],
    [2, 'the longest', cat(name, a(65504))], [2, 'longer', cat(name, a(65505))],
    [2, 'longer and no UTF-8', cat(name, Buffer.alloc(65505, 0xff))],
    [3, 'plain', react(1, '+')], [3, 'taken back', react(0, '+')], [3, 'on 2', react(2, '+')],
    [3, 'no kind', react(1, '')], [3, 'cut before on', at(9)], [3, 'cut in the stamp', at(9).subarray(0, 39)],
    [3, 'a blank', react(1, 'a b')], [3, 'a line feed', react(1, '\n')], [3, 'DEL', react(1, '\x7f')],
    [3, 'C1', react(1, '\x9f')], [3, 'a hard blank', react(1, '\xa0')], [3, 'a line separator', react(1, '\u2028')],
    [3, 'a paragraph separator', react(1, '\u2029')], [3, 'before those', react(1, '\u2027')],
    [3, 'behind those', react(1, '\u202a')], [3, 'the longest', react(1, 'a'.repeat(32))],
    [3, 'longer', react(1, 'a'.repeat(33))], [3, 'no UTF-8', cat(at(9), u8(1), u8(0xc3))],
    [3, 'the last stamp', cat(at(2n ** 64n - 1n), u8(1), a(1))],
    [4, 'plain', cat(at(9), a(3))], [4, 'empty', at(9)], [4, 'cut', at(9).subarray(0, 39)],
    [4, 'no UTF-8', cat(at(9), u8(0x80))], [4, 'the longest', cat(at(9), a(65496))], [4, 'longer', cat(at(9), a(65497))],
    ...positions().map(([what, p]) => [9, what, cat(at(9), p)]), [9, 'cut in the stamp', at(9).subarray(0, 39)]];
}

function descriptors() {
  const of = (size) => writeDescriptor({ key: fill(32, 1), size, root: fill(48, 2) });
  return [['plain', of(1)], ['empty file', of(0)], ['the largest', of(SIZE_MOST)], 
          ['larger', of(SIZE_MOST + 1)], ['larger and cut', of(SIZE_MOST + 1).subarray(0, 60)],
          ['cut in the size', of(SIZE_MOST + 1).subarray(0, 40)],
          ['version 0', set(of(1), 0, 0)], ['version 2 and cut', u8(2)], ['nothing', zeros(0)],
          ['a byte behind', cat(of(1), u8(0))], ['larger and a byte behind', cat(of(SIZE_MOST + 1), u8(0))]];
}

function attachments() {
  const plain = { voice: false, viewOnly: false, id: fill(32, 1), duration: 0, name: Buffer.from('a'),
                  type: Buffer.from('text/plain'), preview: zeros(0),
                  descriptor: writeDescriptor({ key: fill(32, 1), size: 9, root: fill(48, 2) }) };
  const of = (changed) => writeAttachment({ ...plain, ...changed });
  const type = (t) => [`type ${t}`, of({ type: Buffer.from(t) })];
  return [['plain', of({})], ['spoken', of({ voice: true, duration: 2 ** 32 - 1 })],
          ['spoken for no time', of({ voice: true })], ['a duration', of({ duration: 1 })],
          ['view-only', of({ viewOnly: true })], ['forwarded', of({ forwarded: true })],
          ['view-only and forwarded', of({ viewOnly: true, forwarded: true })], ['a flag', set(of({}), 1, 8)], ['all flags', set(of({}), 1, 255)],
          ['version 0', set(of({}), 0, 0)], ['version 2 and cut', u8(2)], ['nothing', zeros(0)],
          ['no name', of({ name: zeros(0) })], ['the longest name', of({ name: fill(255, 97) })],
          ['no UTF-8', of({ name: u8(255) })], ['a name of nothing', of({ name: zeros(1) })],
          ['a path', of({ name: Buffer.from('../../etc/passwd') })],
          ...['', 'text', 'text/', '/plain', 'text/plain/', 'Text/plain', 'text/pl ain', 'a/b', 'a!#$&^_.+-/9',
              `a/${'b'.repeat(125)}`, `a/${'b'.repeat(126)}`].map(type),
          ['the largest preview', of({ preview: zeros(32768) })], ['a larger one', of({ preview: zeros(32769) })],
          ['a larger one and cut', of({ preview: zeros(32769) }).subarray(0, 200)],
          ['a larger file', of({ descriptor: writeDescriptor({ key: fill(32, 1), size: SIZE_MOST + 1,
                                                                root: fill(48, 2) }) })],
          ['another descriptor', set(of({}), 34, 2)], ['cut in the id', of({}).subarray(0, 20)],
          ['a byte behind', cat(of({}), u8(0))]];
}

const HEADERS = `00 77 08 0807 0808 80 8007 8008 8808 880808 880807 9000ff 90ffff d0010000000000
  d003ffffffffff d0040000000000 f0ffffffffffffffff 0f0000000000000001 0f0100000000000000 0c0100000000 88`;
const headers = () => [['nothing', zeros(0)], ...HEADERS.split(/\s+/).map((h) => [h, unhex(h)])];

function links(p) {
  const good = { nid: p.nid, pin: fill(32, 1), token: fill(16, 2), address: 'tacet.example:443' };
  const raw = (x) => 'tacet://join/' + cat(x, sha256(x).subarray(0, 4)).toString('base64url');
  const x = (address) => cat(u8(1), good.nid, good.pin, good.token, u8(address.length), Buffer.from(address));
  const link = writeInvitation(good);
  const addresses = [
    'tacet.example:443', 'tacet.example', 'tacet.example:', 'tacet.example:0', 'tacet.example:65535',
    'tacet.example:65536', 'tacet.example:0443', 'tacet.example:+443', 'Tacet.example:443', '127.0.0.1:443',
    '127.0.0.256:443', '127.1:443', '0127.0.0.1:443', '[::1]:443', '[::G]:443', '[FE80::1]:443', '::1:443',
    '[::1]', '[fe80::1%eth0]:443', ':443', '', 'a b:443', '-a:1', 'a_b:1', '[0:0:0:0:0:0:0:1]:443',
    '[::ffff:1.2.3.4]:443', '[::127.0.0.1]:1', 'a..b:1', 'a.:1',
    `${'a'.repeat(60)}.${'b'.repeat(60)}:443`, `${'a'.repeat(64)}:443`];
  return [
    ['plain', link], ['white space', `\n\t ${link} \r\n`],
    ['white space within', link.replace('join/', 'join/ ')],
    ['padded', `${link}=`], ['another scheme', link.replace('tacet:', 'http:')],
    ['a capital', link.replace('tacet:', 'Tacet:')],
    ['verify', link.replace('join', 'verify')], ['nothing behind', 'tacet://join/'], ['empty', ''],
    ['damaged', `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`],
    ['not base64url', `${link.slice(0, -1)}+`],
    ['newer', raw(cat(u8(2), fill(9, 1)))], ['newer, nothing else', raw(u8(2))],
    ['version 0', raw(set(x('a:1'), 0, 0))],
    ['a byte behind', raw(cat(x('a:1'), u8(0)))], ['cut', raw(x('a:1').subarray(0, 40))],
    ...addresses.map((a) => [`to ${JSON.stringify(a)}`, raw(x(a))]),
  ].map(([what, text]) => [what, Buffer.from(text)]);
}

function deviceLinks(p) {
  const good = { nid: p.nid, pin: fill(32, 1), aid: p.alice.aid, secret: fill(32, 2), address: 'a:1' };
  const raw = (x) => 'tacet://device/' + cat(x, sha256(x).subarray(0, 4)).toString('base64url');
  const x = (address) => cat(u8(1), good.nid, good.pin, good.aid, good.secret, u8(address.length),
                             Buffer.from(address));
  const link = writeDeviceLink(good);
  return [
    ['plain', link], ['white space', `\n\t ${link} \r\n`], ['join', link.replace('device', 'join')],
    ['a capital', link.replace('device', 'Device')], ['nothing behind', 'tacet://device/'],
    ['damaged', `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`], ['padded', `${link}=`],
    ['newer', raw(cat(u8(2), fill(9, 1)))], ['version 0', raw(set(x('a:1'), 0, 0))],
    ['a byte behind', raw(cat(x('a:1'), u8(0)))], ['cut', raw(x('a:1').subarray(0, 129))],
    ['without a host', raw(x(':1'))], ['port 0', raw(x('a:0'))],
    ['the longest address', raw(x(`${`${'a'.repeat(48)}.`.repeat(5)}abcd:65535`))],
    ['an address too long', raw(cat(x('a:1').subarray(0, 129), u8(255), Buffer.from(`${'a'.repeat(62)}:1`)))],
  ].map(([what, text]) => [what, Buffer.from(text)]);
}

function lettersWritten() {
  const good = 'abcd efgh ijkl mnop qrst uvwx yz23 4567';
  return [
    ['plain', good], ['upper case', good.toUpperCase()], ['hyphens', good.replaceAll(' ', '-')],
    ['lines', good.replaceAll(' ', '\r\n\t')], ['nothing between', good.replaceAll(' ', '')],
    ['one too few', good.slice(1)], ['one too many', `${good}a`], ['none', ''], ['a nought', good.replace('o', '0')],
    ['a one', good.replace('l', '1')], ['an eight', good.replace('b', '8')], ['a dot', good.replace(' ', '.')],
    ['an underscore', good.replace(' ', '_')], ['a form feed', good.replace(' ', '\f')],
    ['a space that is none', good.replace(' ', '\xa0')], ['a NUL', `${good}\0`],
  ].map(([what, text]) => [what, Buffer.from(text)]);
}

export function oddForms(p) {
  const of = (kind, list, read) => list.map(([what, statement]) =>
    ({ kind, what, statement, says: says(() => read(statement)) }));
  return [
    ...of('upload', uploads(), msg.readUpload), ...of('delivery', deliveries(), msg.readDelivery),
    ...of('capsule', capsules(), readDelivered), ...of('trailer', trailers(p), msg.readTrailer),
    ...of('descriptor', descriptors(), readDescriptor),
    ...of('attachment', attachments(), readAttachment),
    ...of('header', headers(), readHeader),
    ...of('link', links(p), (b) => readInvitation(b.toString('latin1'))),
    ...of('device_link', deviceLinks(p), (b) => readDeviceLink(b.toString('latin1'))),
    ...of('letters', lettersWritten(), (b) => readLetters(b.toString('latin1'))),
    ...controls().map(([type, what, statement]) =>
      ({ kind: 'control', what, type, statement, says: says(() => control.read(type, statement)) })),
    ...of('receipt', receipts(), receipt.read),
    ...of('position', positions(), position.read), ...of('card', cards(), position.readCard),
    ...of('filed', shelves(), filed.read),
    ...contentForms().map(([type, what, statement]) =>
      ({ kind: 'content', what, type, statement, says: says(() => contents.read(type, statement)) }))];
}
