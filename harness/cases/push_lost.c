/* push_lost.c -- what PUSH sends to the puller that comes after one that has gone. */
#include "case.h"

CASE(push_next_puller_gets_nothing_old,
     .title = "PUSH sends nothing to the next puller that the last one has received",
     .covers = "SP-PSH-009", .why = "work that was done would be done again", .via = ANY,
     .needs = "pipes",
     .slow = true /* a peer that dies when its pipe ends as it sends does so only now and then */)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach(push, "pull");

    for (unsigned i = 0; i < 3; i++) {
        iut_send(push, value(t, "u32:%u", i));
        sp_expect(pull, value(t, "u32:%u", i)); /* and nothing before it */
        wire_close(pull);
        pull = reattach(pull, "pull");
    }
}
