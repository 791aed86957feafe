/* test_trace.c -- recording, dissection under every split, the renderers, the reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/notation.h"
#include "sp/protocol.h"
#include "trace/dissect.h"
#include "trace/trace.h"

/* Owned octets of a pattern that is a value. */
static struct buf octets_of(const char *pattern)
{
    struct buf b = { 0 }, why = { 0 };
    if (!notation_emit(pattern, NULL, &b, &why))
        fail_msg("%s", buf_text(&why));
    buf_free(&why);
    return b;
}

/* ---- dissection ---- */

/* One line per field, its parts joined: "offset+length name value". */
struct names {
    struct buf text;
    uint64_t from, n;
};

static void note_field(void *ctx, const struct dissected *f)
{
    struct names *names = ctx;
    if (names->n == 0)
        names->from = f->offset;
    assert_int_equal(f->offset, names->from + names->n);
    assert_true(f->octets.n > 0);
    names->n += f->octets.n;
    /* The value of a run counts the octets of its last part. */
    bool body = strcmp(f->name, "body") == 0 || strcmp(f->name, "octets") == 0 ||
                strcmp(f->name, "header cut short") == 0;
    if (!f->complete)
        return;
    buf_printf(&names->text, "%u+%u %s%s%s%s\n", (unsigned)names->from, (unsigned)names->n,
               f->wrong ? "! " : "", f->name, body ? "" : " ", body ? "" : f->value);
    names->n = 0;
}

static void names_are(enum trace_framing framing, uint16_t type, bool greeted, const char *pattern,
                      const char *wanted)
{
    struct buf stream = octets_of(pattern);
    /* cut == n: whole; then every cut in two; then octet by octet. */
    for (size_t cut = 0; cut <= stream.n + 1; cut++) {
        struct dissector d;
        struct names names = { 0 };
        dissector_init(&d, framing, type, greeted);
        if (cut <= stream.n) {
            dissector_feed(&d, slice_of(stream.p, cut), note_field, &names);
            dissector_feed(&d, slice_of(stream.p + cut, stream.n - cut), note_field, &names);
        } else {
            for (size_t i = 0; i < stream.n; i++)
                dissector_feed(&d, slice_of(stream.p + i, 1), note_field, &names);
        }
        assert_string_equal(buf_text(&names.text), wanted);
        buf_free(&names.text);
    }
    buf_free(&stream);
}

static void fields(void **state)
{
    (void)state;
    names_are(TRACE_TCP, 0, false,
              "00 'SP' 00 u16:0x30 0000 u64:12 0000000a 80001f03 'ping' u64:4 80001f04",
              "0+3 magic \n3+1 version 0\n4+2 type 0x0030 REQ\n6+2 reserved \n"
              "8+8 length 12 octets\n16+4 hop 0x0000000a\n20+4 id 0x80001f03\n24+4 body\n"
              "28+8 length 4 octets\n36+4 id 0x80001f04\n");
    names_are(TRACE_IPC, 0, false, "00 'SP' 00 u16:0x11 0000 01 u64:6 u32:1 'hi' 02 u64:1 'x'",
              "0+3 magic \n3+1 version 0\n4+2 type 0x0011 PAIR1\n6+2 reserved \n"
              "8+1 frame type 1\n9+8 length 6 octets\n17+4 hops 1\n21+2 body\n"
              "23+1 ! frame type 2\n24+8 ! length 1 octet: no room for the hop count\n"
              "32+1 ! header cut short\n");
    names_are(TRACE_TCP, SP_REP, true, "u64:0 u64:4 00000001 u64:2 'ab' u64:5 80000000 'x'",
              "0+8 ! length 0 octets: no room for an id\n"
              "8+8 length 4 octets\n16+4 ! hop 0x00000001: no id behind it\n"
              "20+8 ! length 2 octets: no room for an id\n28+2 ! header cut short\n"
              "30+8 length 5 octets\n38+4 id 0x80000000\n42+1 body\n");
    names_are(TRACE_TCP, SP_REQ, false, "00 'SP' 01 u16:0x1234 0001 u64:4 80000001",
              "0+3 magic \n3+1 ! version 1\n4+2 ! type 0x1234 unknown\n6+2 ! reserved not zero\n"
              "8+8 length 4 octets\n16+4 id 0x80000001\n");
    names_are(TRACE_TCP, SP_BUS, true, "u64:0 u64:1 00",
              "0+8 length 0 octets: an empty message\n8+8 length 1 octet\n16+1 body\n");
    names_are(TRACE_TCP, 0, true, "u64:0xffffffffffffffff",
              "0+8 length "
              "18446744073709551615 octets\n");
}

static void not_sp_at_all(void **state)
{
    (void)state;
    struct dissector d;
    struct names names = { 0 };
    dissector_init(&d, TRACE_TCP, 0, false);
    dissector_feed(&d, slice_text("GET / HTTP/1.1\r\n\r\n"), note_field, &names);
    assert_string_equal(buf_text(&names.text), "0+3 ! magic not 00 'SP'\n3+15 ! octets\n");
    buf_free(&names.text);
}

static void ignore_field(void *ctx, const struct dissected *f)
{
    struct slice *rest = ctx;
    assert_ptr_equal(f->octets.p, rest->p);
    assert_true(f->octets.n > 0 && f->octets.n <= rest->n);
    *rest = slice_drop(*rest, f->octets.n);
}

/* Every octet is named exactly once, whatever comes. */
static void garbage(void **state)
{
    (void)state;
    uint32_t seed = 7;
    uint8_t octets[64];
    for (int round = 0; round < 4000; round++) {
        struct dissector d;
        dissector_init(&d, (enum trace_framing)(round % 3), round & 2 ? SP_REQ : SP_PAIR1,
                       round & 4);
        for (int feeds = 0; feeds < 8; feeds++) {
            for (size_t i = 0; i < sizeof octets; i++) {
                seed = seed * 1664525 + 1013904223;
                octets[i] = (uint8_t)(seed >> 24 & (round & 8 ? 0xff : 0x03));
            }
            struct slice rest = slice_of(octets, (seed >> 8) % sizeof octets);
            dissector_feed(&d, rest, ignore_field, &rest);
            assert_int_equal(rest.n, 0);
        }
    }
}

/* ---- recording and rendering ---- */

static void add(struct trace *t, enum trace_kind kind, msec at, unsigned conn, const char *pattern,
                const char *note, const char *file, int line)
{
    struct buf b = pattern ? octets_of(pattern) : (struct buf){ 0 };
    trace_add(t, &(struct trace_event){ .kind = kind,
                                        .at = at,
                                        .conn = conn,
                                        .octets = buf_slice(&b),
                                        .note = note,
                                        .file = file,
                                        .line = line });
    buf_free(&b);
}

static struct trace *example(void)
{
    struct trace *t = trace_new();
    trace_describe(t, 1, TRACE_TCP, SP_REQ);
    add(t, TRACE_CALL, 1000, 0, NULL, "open s1 req", NULL, 0);
    add(t, TRACE_RESULT, 1000, 0, NULL, "ok", NULL, 0);
    add(t, TRACE_OPEN, 1002, 1, NULL, "tcp, we dial 127.0.0.1:4711", NULL, 0);
    add(t, TRACE_OUT, 1002, 1, "00 'SP' 00 u16:0x31 0000", NULL, NULL, 0);
    add(t, TRACE_IN, 1003, 1, "00 'SP' 00 u16:0x30", NULL, NULL, 0);
    add(t, TRACE_IN, 1004, 1, "0000 u64:8 80001f03 'ping'", NULL, NULL, 0);
    add(t, TRACE_EXPECT, 1203, 0, NULL, "sp_expect(rep, \"$id 'pong'\")", "harness/cases/req.c",
        26);
    add(t, TRACE_STDERR, 1204, 0, NULL, "\033[31mwrong\nindeed\n", NULL, 0);
    add(t, TRACE_END, 1204, 1, NULL, "rst", NULL, 0);
    return t;
}

static const struct trace_meta meta = { .instance = "x[tcp,iut-dials]",
                                        .clause = "sp-tcp-mapping-01 2" };

static char *rendered(const struct trace *t,
                      bool (*render)(const struct trace *, const struct trace_meta *, FILE *))
{
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    assert_true(render(t, &meta, f));
    fclose(f);
    return text;
}

static void websocket(void **state)
{
    (void)state;
    struct trace *t = trace_new();
    trace_describe(t, 1, TRACE_WS, SP_REP);
    add(t, TRACE_OUT, 0, 1, "'GET / HTTP/1.1' 0d 0a 'Host'", NULL, NULL, 0);
    add(t, TRACE_OUT, 0, 1, "': x' 0d 0a 0d 0a 82 86 01020304 81020305 6968", NULL, NULL, 0);
    add(t, TRACE_IN, 0, 1, "'HTTP/1.1 400 Bad' 0d 0a 0d 0a 88 02 03ea c1 7e 0005 'hello'", NULL,
        NULL, 0);
    char *got = rendered(t, trace_text);
    static const char *const wanted[] = {
        "0  \"GET / HTTP/1.1\\r\\n\"\n",
        "16  \"Host\"\n",
        "20  \": x\\r\\n\"\n",
        "25  \"\\r\\n\"  the end of the head\n",
        "27  82 86                                           frame FIN Binary, masked, 6 octets",
        "29  01 02 03 04                                     mask",
        "33  81 02 03 05                                     id 0x80000001",
        "37  69 68                                           |ih|  body, 2 octets: |hj|\n",
        "88 02                                           frame FIN Close, not masked, 2 octets",
        "03 ea                                           code 1002",
        "c1 7e                                           ! frame FIN RSV1 Text, not masked",
        "00 05                                           ! length 5 octets: a shorter form",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (!strstr(got, wanted[i]))
            fail_msg("no %s in\n%s", wanted[i], got);
    free(got);
    trace_free(t);
}

static void text(void **state)
{
    (void)state;
    struct trace *t = example();
    char *got = rendered(t, trace_text);
    assert_string_equal(
        got,
        "# instance x[tcp,iut-dials]\n"
        "# clause   sp-tcp-mapping-01 2\n"
        "+0.000  adapter > open s1 req\n"
        "+0.000  adapter < ok\n"
        "+0.002  #1 opened: tcp, we dial 127.0.0.1:4711\n"
        "+0.002  #1 us -> IUT, 8 octets\n"
        "             0  00 53 50                                        "
        "magic                          sp-tcp-mapping-01 2\n"
        "             3  00                                              "
        "version 0                      sp-tcp-mapping-01 2\n"
        "             4  00 31                                           "
        "type 0x0031 REP                sp-protocol-ids-01 1\n"
        "             6  00 00                                           "
        "reserved                       sp-tcp-mapping-01 2\n"
        "+0.003  #1 IUT -> us, 6 octets\n"
        "             0  00 53 50                                        "
        "magic                          sp-tcp-mapping-01 2\n"
        "             3  00                                              "
        "version 0                      sp-tcp-mapping-01 2\n"
        "             4  00 30                                           "
        "type 0x0030 REQ                sp-protocol-ids-01 1\n"
        "+0.004  #1 IUT -> us, 18 octets\n"
        "             6  00 00                                           "
        "reserved                       sp-tcp-mapping-01 2\n"
        "             8  00 00 00 00 00 00 00 08                         "
        "length 8 octets                sp-tcp-mapping-01 3\n"
        "            16  80 00 1f 03                                     "
        "id 0x80001f03                  sp-request-reply-01 6.1\n"
        "            20  70 69 6e 67                                     |ping|  body, 4 octets\n"
        "+0.203  req.c:26 sp_expect(rep, \"$id 'pong'\")\n"
        "+0.204  adapter ! \\x1b[31mwrong\n"
        "                indeed\n"
        "+0.204  #1 ended: rst\n");
    free(got);
    trace_free(t);
}

static void long_bodies_are_cut(void **state)
{
    (void)state;
    struct trace *t = trace_new();
    trace_describe(t, 1, TRACE_TCP, SP_PAIR0);
    add(t, TRACE_IN, 0, 1, "00 'SP' 00 0010 0000 u64:100000 'x'*100000", NULL, NULL, 0);
    char *got = rendered(t, trace_text);
    assert_non_null(strstr(got, "... 99840 octets not shown\n"));
    assert_true(strlen(got) < 2500);
    free(got);
    trace_free(t);
}

static void json_lines_come_back(void **state)
{
    (void)state;
    struct trace *t = example();
    trace_describe_greeted(t, 2, TRACE_IPC, SP_PAIR1);
    add(t, TRACE_OUT, 1300, 2, "01 u64:4 u32:3", NULL, NULL, 0);
    char *lines = rendered(t, trace_jsonl), *before = rendered(t, trace_text);
    assert_non_null(strstr(lines, "\"octets\":\"000000000000000000088"));
    assert_non_null(strstr(lines, "\"clause\":\"sp-request-reply-01 6.1\""));

    struct trace *back = trace_new();
    struct buf why = { 0 };
    FILE *f = fmemopen(lines, strlen(lines), "r");
    if (!trace_read_jsonl(back, f, &why))
        fail_msg("%s", buf_text(&why));
    fclose(f);
    assert_int_equal(trace_count(back), trace_count(t));
    char *after = rendered(back, trace_text);
    assert_string_equal(after, before);
    free(lines);
    free(before);
    free(after);
    trace_free(back);
    trace_free(t);
    buf_free(&why);
}

static void notes_need_not_be_utf8(void **state)
{
    (void)state;
    struct trace *t = trace_new();
    add(t, TRACE_STDERR, 0, 0, NULL, "a\xff", NULL, 0);
    char *lines = rendered(t, trace_jsonl), *shown = rendered(t, trace_text);
    assert_non_null(strstr(lines, "\"note\":\"a?\""));
    assert_non_null(strstr(shown, "a\\xff\n"));
    free(lines);
    free(shown);
    trace_free(t);
}

static void broken_lines(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "{\"kind\":\"note\",\"at\":1}\nnonsense\n", "line 2: not JSON" },
        { "{}\n", "line 1: no \"kind\"" },
        { "[]\n", "line 1: no \"kind\"" },
        { "{\"kind\":7}\n", "line 1: no \"kind\"" },
        { "{\"kind\":\"dance\"}\n", "line 1: an unknown \"kind\"" },
        { "{\"kind\":\"in\",\"octets\":\"0\"}\n", "line 1: \"octets\" is not hex" },
        { "\n{\"kind\":\"connection\",\"conn\":1,\"framing\":\"udp\"}\n",
          "line 2: a connection has framing tcp, ipc or ws" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct trace *t = trace_new();
        struct buf why = { 0 };
        char copy[128];
        snprintf(copy, sizeof copy, "%s", rows[i][0]);
        FILE *f = fmemopen(copy, strlen(copy), "r");
        assert_false(trace_read_jsonl(t, f, &why));
        assert_string_equal(buf_text(&why), rows[i][1]);
        fclose(f);
        buf_free(&why);
        trace_free(t);
    }
}

static void an_arena_of_all_sizes(void **state)
{
    (void)state;
    struct trace *t = trace_new();
    uint8_t octets[40000];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 7);
    for (size_t n = 0; n < sizeof octets; n = n * 3 / 2 + 1)
        for (int note = 0; note < 2; note++)
            trace_add(t, &(struct trace_event){ .kind = TRACE_IN,
                                                .octets = slice_of(octets, n),
                                                .note = note ? "a note" : NULL });
    size_t i = 0;
    for (size_t n = 0; n < sizeof octets; n = n * 3 / 2 + 1) {
        for (int note = 0; note < 2; note++, i++) {
            const struct trace_event *e = trace_get(t, i);
            assert_true(slice_equal(e->octets, slice_of(octets, n)));
            assert_true(note ? strcmp(e->note, "a note") == 0 : e->note == NULL);
        }
    }
    assert_int_equal(trace_count(t), i);
    assert_int_equal(trace_lost(t), 0);
    trace_free(t);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    struct trace *t = example();
    assert_false(trace_text(t, &meta, full));
    fclose(full);
    full = fopen("/dev/full", "w");
    assert_false(trace_jsonl(t, NULL, full));
    fclose(full);
    trace_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(not_sp_at_all),
        cmocka_unit_test(garbage),
        cmocka_unit_test(websocket),
        cmocka_unit_test(text),
        cmocka_unit_test(long_bodies_are_cut),
        cmocka_unit_test(json_lines_come_back),
        cmocka_unit_test(notes_need_not_be_utf8),
        cmocka_unit_test(broken_lines),
        cmocka_unit_test(an_arena_of_all_sizes),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
