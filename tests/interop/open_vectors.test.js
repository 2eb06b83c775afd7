// SPDX-License-Identifier: Apache-2.0
// Every vector of tests/vectors, opened by this implementation: each value is worked out again, and
// what was changed is refused.
import assert from 'node:assert/strict';
import test from 'node:test';
import { channel } from './open/channel.js';
import { contentsOf } from './open/contents.js';
import { joining } from './open/joining.js';
import { history } from './open/history.js';
import { files, frames, sframe } from './open/media.js';
import { message } from './open/message.js';
import { deviceLists, policies, rosters, roomStates } from './open/rooms.js';
import { safety, statements } from './open/statements.js';
import { load, names } from './open/vector.js';

const openers = { channel, contents: contentsOf, device_lists: deviceLists, files, frames, history, joining, message, policies,
                  rooms: roomStates, rosters, safety, sframe, statements };

test('there is a vector for each opener', () => {
  for (const name of Object.keys(openers)) assert.ok(names().includes(name), name);
});

for (const name of names())
  test(`${name}.json`, () => {
    const open = openers[name];
    assert.ok(open, `nothing opens ${name}.json`);
    const { file, unread } = load(name);
    open(file);
    assert.deepEqual([...unread], [], 'fields that nothing looked at');
  });
