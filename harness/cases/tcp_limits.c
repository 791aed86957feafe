/* tcp_limits.c -- how long a message may be: the drafts say 2^64 - 1, implementations less. */
#include "any.h"

enum { MIB = 1048576, CLOSE_MS = 500, MEMORY_BOUND = 64 * MIB };

CASE(tcp_one_mib, .title = "delivers a message of 1 MiB with its default options",
     .covers = "SP-TCP-031", .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    sp_send_seq(push, NULL, MIB);
    iut_expect_seq(pull, MIB);
}

CASE(tcp_default_limit,
     .title = "closes a connection over a length of 1 MiB and one, or has no such limit",
     .covers = "SP-TCP-036", .needs = "wire", .via = TCP)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = serves_next(t, s, protocol);

    wire_send(us, value(t, "u64:%u", MIB + 1));
    if (closes_within(us, CLOSE_MS))
        variant(t, "a length of 1 MiB and one closes the connection");
    else
        variant(t, "there is no limit of 1 MiB by default");
}

CASE(tcp_limit_is_exact,
     .title = "delivers a message as long as the receive limit, and none that is one octet longer",
     .covers = "SP-TCP-037", .why = "off by one here, and two peers of one limit cannot talk",
     .needs = "max-recv", .via = TCP)
{
    static const size_t limits[] = { 16, 1000, 65536 };

    for (unsigned i = 0; i < 3; i++) {
        size_t n = limits[i];
        struct iut *pull = iut_open(t, "pull", value(t, "max-recv=%zu", n));
        struct peer *push = attach(pull, "push");
        sp_send_seq(push, NULL, n);
        iut_expect_seq(pull, n);
        sp_send_seq(push, NULL, n + 1);
        delivers_good(t, pull, push, "push");
        iut_close(pull);
    }
}

CASE(tcp_limit_raised, .title = "delivers a message of 2 MiB when the receive limit is 4 MiB",
     .covers = "SP-TCP-046", .needs = "max-recv", .via = TCP)
{
    struct iut *pull = iut_open(t, "pull", "max-recv=4194304");
    struct peer *push = attach(pull, "push");

    sp_send_seq(push, NULL, 2 * MIB);
    iut_expect_seq(pull, 2 * MIB);
}

CASE(tcp_limit_changed_later,
     .title =
         "holds a receive limit set while a pipe exists against later pipes only, or that one too",
     .covers = "SP-TCP-047", .needs = "max-recv", .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    const char *code = iut_try_set(pull, "max-recv", "16");
    if (strcmp(code, "ok") != 0) {
        variant(t, "the receive limit cannot be changed while a pipe exists: %s", code);
        return;
    }
    sp_send(push, "'x'*17");
    bool same = closes_within(push, CLOSE_MS) || strcmp(iut_try_recv(pull, CLOSE_MS), "ok") != 0;
    struct peer *next = attach(pull, "push");
    sp_send(next, "'x'*17");
    bool later = closes_within(next, CLOSE_MS) || strcmp(iut_try_recv(pull, CLOSE_MS), "ok") != 0;
    variant(t, "a changed receive limit holds for %s",
            same && later ? "all pipes"
            : later       ? "later pipes"
            : same        ? "the pipes there are"
                          : "no pipe of this socket");
}

/* ---- lengths that nobody means ---- */

/* An implementation without a limit waits for the octets; that is its right. */
static void survives_length(struct t *t, const char *length)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = serves_next(t, s, protocol);

    wire_send(us, length);
    if (!closes_within(us, CLOSE_MS)) {
        variant(t, "a length of %s is waited for", length);
        wire_close(us);
    }
    serves_next(t, s, protocol);
}

CASE(tcp_length_2_63, .title = "survives a length of 2^63, and serves the next connection",
     .covers = "SP-TCP-038", .why = "as a signed number this is negative", .needs = "wire",
     .via = TCP, .fragile = true)
{
    survives_length(t, "8000000000000000");
}

CASE(tcp_length_2_64_8, .title = "survives a length of 2^64 - 8, and serves the next connection",
     .covers = "SP-TCP-038", .why = "with the length field added it wraps around to 0",
     .needs = "wire", .via = TCP, .fragile = true)
{
    survives_length(t, "fffffffffffffff8");
}

CASE(tcp_length_2_64_1, .title = "survives a length of 2^64 - 1, and serves the next connection",
     .covers = "SP-TCP-038", .why = "as a signed number this is -1, an error in many an interface",
     .needs = "wire", .via = TCP, .fragile = true)
{
    survives_length(t, "ffffffffffffffff");
}

CASE(tcp_length_upper_bits,
     .title = "closes a connection over a length with upper bits set, or treats it as any other",
     .covers = "SP-TCP-039", .needs = "wire", .via = TCP, .fragile = true)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    unsigned closed = 0;

    for (unsigned bit = 60; bit < 64; bit++) {
        struct peer *us = serves_next(t, s, protocol);
        wire_send(us, value(t, "%016llx", 1ULL << bit));
        closed += closes_within(us, CLOSE_MS);
        wire_close(us);
    }
    if (closed == 4)
        variant(t, "a length with any of its upper four bits set closes the connection");
    else
        variant(t, "of the lengths 2^60 to 2^63, %u close the connection", closed);
}

CASE(tcp_huge_length_commits_no_memory,
     .title = "waits for a message of 2^40 octets or closes, but takes no memory for it in advance",
     .covers = "SP-TCP-040", .why = "nine octets must not cost a server a terabyte",
     .needs = "kernel max-recv", .via = TCP, .fragile = true)
{
    struct iut *pull = iut_open(t, "pull", "max-recv=0");
    struct peer *push = attach(pull, "push");
    int64_t before = iut_memory(t);

    if (before < 0)
        skip(t, "the memory of this process cannot be had");
    sp_claim(push, 1ULL << 40);
    closes_within(push, CLOSE_MS);
    int64_t grown = iut_memory(t) - before;
    check(t, grown < MEMORY_BOUND, "its memory grew by %lld KiB", (long long)(grown / 1024));
}
