// SPDX-License-Identifier: Apache-2.0
// make_vectors DIR [SEED]: the vectors of tests/vectors once more, made by this implementation with
// fresh keys (from SEED: the same keys each time; signatures are others all the same).  Texts,
// numbers and names of fields are those of the source's files, which it takes for a pattern.  And
// odd.json, of what should be refused, with what this implementation says of each.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hex } from './tacet/bytes.js';
import { Draw, inHex, shaped } from './make/draw.js';
import { makeContents } from './make/contents.js';
import { makeHistory } from './make/history.js';
import { makeJoining } from './make/joining.js';
import { makeFiles, makeFrames } from './make/media.js';
import { makeChannel, makeMessages } from './make/messages.js';
import { makePeople, makeSafety, makeStatements } from './make/statements.js';
import { makeOdd } from './make/odd.js';
import { makeTown } from './make/town.js';
import { FOLDER } from './open/vector.js';

const [folder, seed] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node make_vectors.js DIR [SEED]');
  process.exit(2);
}

const NAMES = ['statements', 'safety', 'channel', 'message', 'files', 'frames', 'device_lists', 'policies',
               'rooms', 'rosters', 'joining', 'history', 'contents'];
const pattern = Object.fromEntries(NAMES.map((name) =>
  [name, JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'))]));

const draw = new Draw(seed);
const people = makePeople(draw, pattern.statements.domain);

// Here, whose device has this did in the pattern.
function whoIs(did) {
  for (const who of ['alice', 'bob']) {
    const i = pattern.statements[who].devices.findIndex((d) => d.did === did);
    if (i >= 0) return people[who].devices[i];
  }
  throw new Error(`whose device is ${did}?`);
}

const made = {
  statements: makeStatements(draw, pattern.statements, people),
  safety: makeSafety(pattern.safety, people),
  channel: makeChannel(draw, pattern.channel, people),
  message: makeMessages(draw, pattern.message, people, whoIs),
  files: makeFiles(draw, pattern.files),
  frames: makeFrames(draw, pattern.frames),
  ...makeTown(draw, pattern, people, 'other.example'),
  joining: makeJoining(draw, pattern.joining, people),
  history: makeHistory(draw, pattern.history, people),
  contents: makeContents(draw, pattern.contents) };

mkdirSync(folder, { recursive: true });
for (const name of NAMES)
  writeFileSync(`${folder}/${name}.json`,
                JSON.stringify(shaped(pattern[name], made[name], name), null, 1));
const odd = makeOdd(draw, people);
writeFileSync(`${folder}/odd.json`, JSON.stringify(inHex(odd)));
copyFileSync(`${FOLDER}/sframe.json`, `${folder}/sframe.json`); // what RFC 9605 says is nobody's to make
console.log(`${NAMES.length} files, ${odd.cases.length} odd cases, of the network ${hex(people.nid)}`);
