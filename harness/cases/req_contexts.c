/* req_contexts.c -- several contexts of one REQ.  Each has a request as a REQ has one
 * (sp-request-reply-01 6.1); what they share is the pipes (nng_ctx(5), mangos Context). */
#include "case.h"

enum { IVL = 200, FAR_MORE_THAN_WAIT = 20 }; /* "resend-ivl=200" below */

/* The next request, of one octet: whose it is; its id is in $id. */
static char next_request(struct t *t, struct peer *rep)
{
    sp_expect(rep, "<id: %1....... .. .. ..> <who: ..>");
    return (char)captured(t, "who");
}

/* `context` asks; returns the id.  What others ask again meanwhile is passed over. */
static uint32_t ask(struct t *t, struct iut *context, struct peer *rep, char who)
{
    iut_send(context, value(t, "'%c'", who));
    for (int others = 0; next_request(t, rep) != who; others++)
        check(t, others < FAR_MORE_THAN_WAIT, "the request of '%c' does not come", who);
    return (uint32_t)captured(t, "id");
}

static void reply(struct t *t, struct peer *rep, uint32_t id, char who)
{
    sp_send(rep, value(t, "u32:0x%08x 'to %c'", id, who));
}

/* `who` asks again under the same id, `times` times, and nobody else but `other`. */
static void asks_again(struct t *t, struct peer *rep, uint32_t id, char who, int times, char other)
{
    for (int seen = 0, others = 0; seen < times;) {
        char next = next_request(t, rep);
        check(t, next == who || next == other, "'%c' is asked again", next);
        check(t, next != who || captured(t, "id") == id, "the request is sent again as 0x%08x",
              (unsigned)captured(t, "id"));
        seen += next == who;
        others += next != who;
        check(t, others < FAR_MORE_THAN_WAIT, "'%c' is not asked again", who);
    }
}

/* A reply that comes just while the request is sent again may be lost: it is given again. */
static void reply_until_delivered(struct t *t, struct iut *context, struct peer *rep, uint32_t id,
                                  char who)
{
    iut_begin_recv(context, patience(t));
    for (int replies = 0; replies < 4; replies++) {
        reply(t, rep, id, who);
        if (iut_ends_within(context, 2 * IVL))
            break;
    }
    iut_end_expect(context, value(t, "'to %c'", who));
}

CASE(req_contexts_have_a_request_each,
     .title = "REQ has a request outstanding in each context, under an id of its own",
     .covers = "SP-REQ-040", .why = "a program of many threads could ask one thing at a time only",
     .via = ANY, .needs = "ctx")
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req);

    uint32_t own = ask(t, req, rep, 'o');
    uint32_t of_a = ask(t, a, rep, 'a');
    uint32_t of_b = ask(t, b, rep, 'b');
    check(t, own != of_a && of_a != of_b && of_b != own, "two requests have the same id");
    reply(t, rep, own, 'o');
    iut_expect(req, "'to o'");
    reply(t, rep, of_a, 'a');
    iut_expect(a, "'to a'");
    reply(t, rep, of_b, 'b');
    iut_expect(b, "'to b'");
}

CASE(req_contexts_get_their_own_replies,
     .title = "REQ delivers each reply in the context that asked, in whatever order they come",
     .covers = "SP-REQ-041", .why = "a thread would take the answer to another one's question",
     .via = ANY, .needs = "ctx")
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req), *c = iut_context(req);

    uint32_t of_a = ask(t, a, rep, 'a');
    uint32_t of_b = ask(t, b, rep, 'b');
    uint32_t of_c = ask(t, c, rep, 'c');
    reply(t, rep, of_c, 'c');
    reply(t, rep, of_a, 'a');
    reply(t, rep, of_b, 'b');
    iut_expect(a, "'to a'");
    iut_expect(b, "'to b'");
    iut_expect(c, "'to c'");
}

CASE(req_context_waits_for_its_own_reply,
     .title = "REQ lets a context wait for its own reply while those of others are delivered",
     .covers = "SP-REQ-041", .via = ANY, .needs = "ctx")
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req);

    uint32_t own = ask(t, req, rep, 'o');
    uint32_t of_a = ask(t, a, rep, 'a');
    uint32_t of_b = ask(t, b, rep, 'b');
    iut_begin_recv(b, patience(t));
    reply(t, rep, own, 'o');
    reply(t, rep, of_a, 'a');
    reply(t, rep, of_b, 'b');
    iut_end_expect(b, "'to b'");
    iut_expect(req, "'to o'");
    iut_expect(a, "'to a'");
}

CASE(req_context_reply_ends_one_request,
     .title = "REQ goes on asking in the other contexts when one has its reply",
     .covers = "SP-REQ-042", .why = "requests would never be answered, once they are lost",
     .via = TCP | IPC_LISTENS, .needs = "ctx resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=200");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req);

    uint32_t of_a = ask(t, a, rep, 'a');
    uint32_t of_b = ask(t, b, rep, 'b');
    reply_until_delivered(t, a, rep, of_a, 'a');
    asks_again(t, rep, of_b, 'b', 2, 'a');
    reply_until_delivered(t, b, rep, of_b, 'b');
}

CASE(req_context_replaces_its_own_request,
     .title = "REQ replaces by a second request of a context the first of that context alone",
     .covers = "SP-REQ-043", .why = "one thread would cancel what another waits for", .via = ANY,
     .needs = "ctx")
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req);

    uint32_t own = ask(t, req, rep, 'o');
    uint32_t of_b = ask(t, b, rep, 'b');
    uint32_t replaced = ask(t, a, rep, 'x');
    uint32_t of_a = ask(t, a, rep, 'a');
    reply(t, rep, replaced, 'x');
    reply(t, rep, of_a, 'a');
    iut_expect(a, "'to a'");
    reply(t, rep, of_b, 'b');
    iut_expect(b, "'to b'");
    reply(t, rep, own, 'o');
    iut_expect(req, "'to o'");
}

CASE(req_context_closed_is_not_asked_again,
     .title = "REQ does not send the request of a closed context again", .covers = "SP-REQ-044",
     .why = "work would be done for nobody, again and again", .via = TCP | IPC_LISTENS,
     .needs = "ctx resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=200");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req);

    ask(t, a, rep, 'a');
    iut_close(a);
    uint32_t of_b = ask(t, b, rep, 'b'); /* behind whatever was sent again before the close */
    asks_again(t, rep, of_b, 'b', 3, 'b');
    reply_until_delivered(t, b, rep, of_b, 'b');
}

CASE(req_context_closed_drops_late_reply,
     .title = "REQ delivers the reply to a closed context in no other, and theirs after it",
     .covers = "SP-REQ-045", .via = ANY, .needs = "ctx")
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req);

    uint32_t of_a = ask(t, a, rep, 'a');
    uint32_t of_b = ask(t, b, rep, 'b');
    iut_close(a);
    reply(t, rep, of_a, 'a');
    reply(t, rep, of_b, 'b');
    iut_expect(b, "'to b'");
    uint32_t own = ask(t, req, rep, 'o');
    reply(t, rep, of_a, 'a');
    reply(t, rep, own, 'o');
    iut_expect(req, "'to o'");
}

CASE(req_context_closed_leaves_the_others,
     .title = "REQ goes on asking in the other contexts when one is closed", .covers = "SP-REQ-046",
     .via = TCP | IPC_LISTENS, .needs = "ctx resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=200");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req);

    uint32_t of_b = ask(t, b, rep, 'b');
    ask(t, a, rep, 'a');
    iut_close(a);
    asks_again(t, rep, of_b, 'b', 2, 'a');
    reply_until_delivered(t, b, rep, of_b, 'b');
}

CASE(req_contexts_have_their_own_interval,
     .title = "REQ takes a resend interval for one context, and leaves the others at theirs",
     .covers = "SP-REQ-047", .via = TCP, .needs = "ctx resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=60000");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req);

    iut_set(a, "resend-ivl", "200");
    ask(t, req, rep, 'o');
    ask(t, b, rep, 'b');
    uint32_t of_a = ask(t, a, rep, 'a');
    asks_again(t, rep, of_a, 'a', 3, 'a');
}

CASE(req_contexts_ask_again_on_a_new_pipe,
     .title = "REQ sends the requests of all contexts again when the pipe that had them is gone",
     .covers = "SP-REQ-048", .why = "all but one of the threads would wait for ever", .via = ANY,
     .needs = "ctx resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=1000");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req), *all[] = { a, b, req };
    static const char who[] = "abo";
    bool seen[3] = { false };
    uint32_t id[3];

    for (int i = 0; i < 3; i++)
        id[i] = ask(t, all[i], rep, who[i]);
    wire_close(rep);
    rep = reattach(rep, "rep");
    for (int i = 0; !seen[0] || !seen[1] || !seen[2]; i++) { /* in any order */
        check(t, i < FAR_MORE_THAN_WAIT, "not all of the three requests come again");
        const char *at = strchr(who, next_request(t, rep));
        check(t, at && *at && captured(t, "id") == id[at - who], "it asks what it did not ask");
        seen[at - who] = true;
    }
    for (int i = 0; i < 3; i++)
        reply(t, rep, id[i], who[i]);
    for (int i = 2; i >= 0; i--)
        iut_expect(all[i], value(t, "'to %c'", who[i]));
}

CASE(req_context_receives_nothing_unasked,
     .title = "REQ refuses a receive in a context that has asked nothing, whatever others ask",
     .covers = "SP-REQ-049", .via = ANY, .needs = "ctx")
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");
    struct iut *a = iut_context(req), *b = iut_context(req);

    uint32_t of_a = ask(t, a, rep, 'a');
    int64_t asked = now(t);
    iut_recv_fails(b, 1500, "state");
    expect_elapsed(t, asked, 0, 500);
    reply(t, rep, of_a, 'a');
    iut_expect(a, "'to a'");
    iut_recv_fails(a, 1500, "state");
}

CASE(req_contexts_closed_while_asking,
     .title = "REQ goes on serving when contexts are closed at once after they have asked",
     .covers = "SP-REQ-050", .why = "a pipe that is never ready again, or memory that is freed",
     .via = ANY, .needs = "ctx")
{
    enum { CONTEXTS = 30 };
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    for (int i = 0; i < CONTEXTS; i++) {
        struct iut *c = iut_context(req);
        iut_send(c, "'x'");
        if (i % 3 == 0)
            iut_try_recv(c, 0); /* gives up, which some take for cancelling */
        iut_close(c);
    }
    struct iut *last = iut_context(req);
    iut_send(last, "'l'");
    for (int before = 0; next_request(t, rep) != 'l'; before++)
        check(t, before < CONTEXTS, "the last request does not come");
    reply(t, rep, (uint32_t)captured(t, "id"), 'l');
    iut_expect(last, "'to l'");
    uint32_t own = ask(t, req, rep, 'o');
    reply(t, rep, own, 'o');
    iut_expect(req, "'to o'");
}

CASE(req_contexts_ask_a_thousand_times,
     .title = "REQ has a thousand requests of twenty contexts answered, each under its own id",
     .covers = "SP-REQ-051", .why = "a table of ids that fills up stops every thread", .via = TCP,
     .needs = "ctx")
{
    enum { CONTEXTS = 20, ROUNDS = 50 };
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");
    struct iut *context[CONTEXTS];
    uint32_t id[CONTEXTS];

    for (unsigned i = 0; i < CONTEXTS; i++)
        context[i] = iut_context(req);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < CONTEXTS; i++) {
            iut_send(context[i], value(t, "u32:%u", i));
            sp_expect(rep, value(t, "<id: %%1....... .. .. ..> u32:%u", i));
            id[i] = (uint32_t)captured(t, "id");
            for (unsigned k = 0; k < i; k++)
                check(t, id[k] != id[i], "two requests have the id 0x%08x", (unsigned)id[i]);
        }
        for (unsigned i = CONTEXTS; i-- > 0;)
            sp_send(rep, value(t, "u32:0x%08x u32:%u", id[i], round * CONTEXTS + i));
        for (unsigned i = 0; i < CONTEXTS; i++)
            iut_expect(context[i], value(t, "u32:%u", round * CONTEXTS + i));
    }
}
