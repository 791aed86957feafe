/* rep_many.c -- several requesters: sp-request-reply-01 5.2. */
#include "replier.h"

CASE(rep_same_id_on_two_pipes,
     .title = "REP sends each reply to the pipe its request came from, though the ids are equal",
     .covers = "SP-REP-013", .why = "clients would read each other's answers", .via = ANY)
{
    answers_each_pipe_its_own(t, "rep");
}

CASE(rep_keeps_backtrace_of_its_request,
     .title = "REP returns the backtrace of the request it answers, though others have arrived",
     .covers = "SP-REP-027", .why = "a backtrace kept in a buffer that is used again misroutes",
     .via = ANY)
{
    struct two_askers all = keeps_the_backtrace(t, "rep");

    for (int i = 0; i < 2; i++) { /* the two that wait, in either order */
        check(t, strcmp(iut_try_recv(all.replier, patience(t)), "ok") == 0, "a request is lost");
        if (captured(t, "got") == 0x6d6f7265) { /* 'more' */
            iut_send(all.replier, "'to a'");
            sp_expect(all.a, "0000001a 0000001b 80000003 'to a'");
        } else {
            iut_send(all.replier, "'to b'");
            sp_expect(all.b, "0000002a 80000002 'to b'");
        }
    }
}

CASE(rep_requester_gone_before_reply,
     .title =
         "REP drops the reply to a requester that has gone, without an error, and serves the next",
     .covers = "SP-REP-014", .why = "one impatient client would stop the service", .via = ANY)
{
    drops_the_answer_to_one_gone(t, "rep");
}

CASE(rep_no_reply_on_the_next_connection,
     .title = "REP does not send the reply to a request on the requester's next connection",
     .covers = "SP-REP-016", .via = ANY)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    sp_send(req, "80000001 'question'");
    iut_expect(rep, "'question'");
    wire_close(req);
    req = reattach(req, "req");
    iut_send(rep, "'too late'");
    expect_served(rep, req, "80000002"); /* the next thing that comes is this answer */
}

CASE(rep_requester_that_does_not_read,
     .title = "REP serves the other requesters when one has stopped reading its replies",
     .covers = "SP-REP-015", .via = TCP)
{
    serves_beside_one_that_does_not_read(t, "rep");
}

CASE(rep_serves_in_turn, .title = "REP serves the request of one pipe although another floods",
     .covers = "SP-REP-020", .why = "one busy client would starve the others", .via = ANY)
{
    enum { BACKLOG = 60, FAIR = 10, PATIENT = 2 * BACKLOG, LONE = 0x6c6f6e65 /* 'lone' */ };
    struct iut *rep = iut_open(t, "rep");
    struct peer *busy = attach(rep, "req");
    struct peer *other = attach(rep, "req");

    for (unsigned i = 0; i < BACKLOG; i++)
        sp_send(busy, "80000002 'more'");
    for (unsigned i = 0; i < 5; i++) {
        iut_expect(rep, "'more'");
        iut_send(rep, "'ok'");
    }
    wire_drains_within(busy, 100); /* or it is held back there: that is fair too */
    sp_send(other, "80000001 'lone'");
    wire_drains_within(other, 100);
    for (unsigned before = 0;; before++) {
        check(t, before <= PATIENT, "one request waits behind a flood from another pipe for ever");
        check(t, strcmp(iut_try_recv(rep, patience(t)), "ok") == 0,
              "the request beside a flood is lost");
        iut_send(rep, "'ok'");
        if (captured(t, "got") == LONE) {
            if (before > FAIR)
                variant(t, "requests of all pipes are served in order of arrival");
            break;
        }
        sp_send(busy, "80000002 'more'"); /* the flood goes on */
        wire_drains_within(busy, 5);
    }
    sp_expect(other, "80000001 'ok'");
}

CASE(rep_pipelined_requests,
     .title = "REP delivers a hundred requests that one pipe sends ahead in order, one by one",
     .covers = "SP-REP-025", .via = ANY)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    for (unsigned i = 0; i < 100; i++)
        sp_send(req, value(t, "u32:0x%08x u32:%u", 0x80000000 + i, i));
    for (unsigned i = 0; i < 100; i++) {
        iut_expect(rep, value(t, "u32:%u", i));
        iut_send(rep, value(t, "u32:%u", 1000 + i));
        sp_expect(req, value(t, "u32:0x%08x u32:%u", 0x80000000 + i, 1000 + i));
    }
}
