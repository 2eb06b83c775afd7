// SPDX-License-Identifier: Apache-2.0
// order: what a receiver keeps of a stream and says of a message in it, of PROTOCOL 6.7.  Places are
// BigInt; links and prevs are bytes, null where an end of a range is not known.
import { same } from './bytes.js';

const RANGES_MOST = 32;

export const BASELINE = 'baseline', RESTARTED = 'restarted', NEXT = 'next', GAP = 'gap', FILLED = 'filled',
             BEFORE = 'before', FAULT = 'fault';

const fits = (known, given) => known === null || same(known, given);
const begin = (m) => ({ baseline: m.seq, highest: m.seq, link: m.link, missing: [] });
const inRange = (seq) => (x) => x.first <= seq && seq <= x.last;
const pieces = (...list) => list.filter((x) => x.first <= x.last);

function fill(stream, m) {
  const x = stream.missing.find(inRange(m.seq));
  if ((m.seq === x.first && !fits(x.before, m.prev)) || (m.seq === x.last && !fits(x.after, m.link)))
    return { stream, says: FAULT };
  const rest = pieces({ ...x, last: m.seq - 1n, after: m.prev }, { ...x, first: m.seq + 1n, before: m.link });
  const missing = stream.missing.flatMap((y) => (y === x ? rest : [y]));
  return keep({ ...stream, missing }, FILLED);
}

// No more ranges than may be kept: the oldest is given up.
function keep(stream, says) {
  const over = stream.missing.length > RANGES_MOST ? stream.missing.slice(0, 1) : [];
  return { stream: { ...stream, missing: stream.missing.slice(over.length) }, says, lost: over };
}

// m: seq (1 or more), prev, link, restart.  stream: as it was given back, null for none.
export function place(stream, m) {
  if (stream === null) return { stream: begin(m), says: BASELINE };
  if (m.seq > stream.highest) {
    if (m.restart) return { stream: begin(m), says: RESTARTED };
    const next = m.seq === stream.highest + 1n;
    if (next && !same(m.prev, stream.link)) return { stream, says: FAULT };
    const gap = { first: stream.highest + 1n, last: m.seq - 1n, before: stream.link, after: m.prev };
    return keep({ ...stream, highest: m.seq, link: m.link, missing: [...stream.missing, ...pieces(gap)] },
                next ? NEXT : GAP);
  }
  if (stream.missing.some(inRange(m.seq))) return fill(stream, m);
  return { stream, says: m.seq < stream.baseline ? BEFORE : FAULT };
}

// The sender says that these places will not come: what of them was missing is closed.
export function close(stream, first, last) {
  const closed = [];
  const missing = stream.missing.flatMap((x) => {
    const from = x.first > first ? x.first : first, to = x.last < last ? x.last : last;
    if (from > to) return [x];
    closed.push({ first: from, last: to });
    return pieces({ ...x, last: from - 1n, after: null }, { ...x, first: to + 1n, before: null });
  });
  return { stream: { ...stream, missing }, closed };
}
