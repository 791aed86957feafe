/* robust_torn.c -- a peer goes away in the middle of a long message to it. */
#include "case.h"

enum { SIZE = 1000000 };

CASE(robust_reset_within_long_message,
     .title = "sends the next peer whole messages when one resets within a long message",
     .covers = "SP-ROB-022", .why = "the rest of the message would be read as a length",
     .needs = "pipes", .via = TCP)
{
    struct iut *push = iut_open(t, "push");
    struct peer *deaf = attach(push, "pull");

    wire_pause(deaf);
    iut_send_seq(push, SIZE);
    wire_reset(deaf);
    struct peer *pull = attach(push, "pull");
    iut_send(push, "'good'");
    sp_expect(pull, "<first: .. .. .. ..> *");
    if (captured(t, "first") == 0x00010203) { /* the long message again, from its start */
        variant(t, "a message that was cut off is sent again");
        sp_expect(pull, "'good'");
    } else {
        check(t, captured(t, "first") == 0x676f6f64, "what came first is no message that was sent");
    }
}
