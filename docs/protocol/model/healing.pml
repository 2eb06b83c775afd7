/* SPDX-License-Identifier: Apache-2.0 */
/*
 * healing: epochs, resets, gap requests and void of [PROTOCOL 5.1, 5.4, 6.7, 6.8] between one sender
 * and one receiver, for Spin.
 *
 *     spin -a -DFAULTS=4 healing.pml && cc -O2 -o pan pan.c && ./pan -a -m1000000
 *
 * The server carries items in order and may, FAULTS times in all, lose one, deliver one twice, or
 * damage one (it then opens under no key).  The sender may forget a message, as when its life is
 * over, and may open a new epoch whenever it likes, as when the old one is worn.  Cryptography is
 * perfect: an item opens with its epoch, which its capsule brings.
 *
 * Asked: nothing is accepted twice (assert); and in the end every message came or was declared void,
 * whatever the server did, once it has used up its faults (whole).  With 4 faults Spin 6.5.2 looks at
 * 1.4 million states and finds nothing; without the MISSING it finds a message that never comes.
 */
#ifndef FAULTS
#define FAULTS 2
#endif
#define M      3 /* messages, 1 to M; one more, M + 1, is sent when the server behaves: it shows the tail */
#define EPOCHS 6

mtype = { CAPSULE, MESSAGE, VOID };  /* down: to the receiver */
mtype = { RESET, MISSING };          /* up: to the sender */

chan down = [6] of { mtype, byte, byte }; /* kind, epoch, seq */
chan up = [3] of { mtype, byte };         /* kind, seq */

byte faults = FAULTS;
bool forgot[M + 2];  /* by the sender: its life is over */
bool got[M + 2];     /* by the receiver */
bool over[M + 2];    /* the receiver was told so */
bool knows[EPOCHS];  /* epochs of which the capsule came */
bool parked[M + 2];  /* a sealed copy of this message waits at the receiver */
byte parked_in[M + 2];
bool said_all = false;
byte highest = 0;

/* What the server does with one item. */
inline carry(kind, epoch, seq)
{
    if
    :: faults > 0 -> faults--        /* lost */
    :: faults > 0 && nfull(down) -> faults--; down!kind(epoch, seq); down!kind(epoch, seq)
    :: faults > 0 && kind == CAPSULE -> faults-- /* damaged: as good as lost */
    :: faults > 0 && kind == MESSAGE -> faults--; down!kind(0, seq) /* damaged: no epoch opens it */
    :: down!kind(epoch, seq)
    fi
}

inline send(seq)
{
    if
    :: !opened || (worn && epoch + 1 < EPOCHS) ->
        epoch++; opened = true; worn = false;
        carry(CAPSULE, epoch, 0)
    :: else
    fi;
    carry(MESSAGE, epoch, seq)
}

active proctype sender()
{
    byte epoch = 0, next = 1, seq;
    bool opened = false, worn = false;
    mtype what;

end:
    do
    :: next <= M -> send(next); next++
    :: next == M + 1 && faults == 0 -> send(next); next++; said_all = true
    :: next == M + 1 && faults > 0 -> faults-- /* it may behave before it must */
    :: next <= M && epoch > 0 && epoch + 2 < EPOCHS && !worn -> worn = true
    :: next > 1 && next <= M && !forgot[1] -> forgot[1] = true /* one of them is enough */
    :: up?what(seq) ->
        if
        :: what == RESET ->
            if
            :: epoch + 1 < EPOCHS -> opened = false /* the next message opens another */
            :: else
            fi
        :: else
        fi;
        if
        :: forgot[seq] -> carry(VOID, 0, seq)
        :: else -> send(seq)
        fi
    od
}

inline accept(seq)
{
    assert(!got[seq]);
    got[seq] = true;
    parked[seq] = false;
    if
    :: seq > highest -> highest = seq
    :: else
    fi
}

active proctype receiver()
{
    byte epoch, seq, i;
    mtype what;

end:
    do
    :: down?what(epoch, seq) ->
        if
        :: what == CAPSULE ->
            knows[epoch] = true;
            for (i : 1 .. M + 1) {
                if
                :: parked[i] && parked_in[i] == epoch && !got[i] -> accept(i)
                :: else
                fi
            }
        :: what == MESSAGE && got[seq] /* its message id is known */
        :: what == MESSAGE && !got[seq] && epoch > 0 && knows[epoch] -> accept(seq)
        :: what == MESSAGE && !got[seq] && !(epoch > 0 && knows[epoch]) ->
            parked[seq] = true; parked_in[seq] = epoch
        :: what == VOID -> over[seq] = true; parked[seq] = false
        fi
    /* Everything is quiet: ask for what is parked, then for what is missing. */
    :: timeout ->
        i = 1;
        do
        :: i > M + 1 -> break
        :: i <= M + 1 && parked[i] && parked_in[i] > 0 && !over[i] -> up!RESET(i); break
        :: i < highest && !got[i] && !over[i] && !(parked[i] && parked_in[i] > 0) ->
            up!MISSING(i); break
        :: else -> i++
        od;
        if
        :: i > M + 1 -> break
        :: else
        fi
    od
}

#define all_there (said_all && got[4] && (got[1] || over[1]) && (got[2] || over[2]) && (got[3] || over[3]))

/* Once the server must behave and all is said, all is there in the end. */
ltl whole { [] (said_all -> <> all_there) }
