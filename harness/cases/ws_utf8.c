/* ws_utf8.c -- text that is UTF-8 is delivered octet for octet (RFC 6455 5.6, 8.1), where text is
 * taken at all (sp-websocket-mapping-01 3). */
#include "ws_end.h"

CASE(ws_text_taken_or_refused,
     .title = "delivers a message that comes as text, or ends the connection with code 1003",
     .covers = "SP-WS-062",
     .why = "a page that sends a string gets an answer, or a clear reason why not", .via = WS)
{
    struct talk k = talk_to(t);

    if (takes_text(&k))
        variant(t, "it takes text");
    else
        good_is_next(&k);
}

#define DELIVERS(name, what, text)                                                                 \
    CASE(ws_text_##name, .title = "delivers text " what, .covers = "WS-UTF-001", .via = WS)        \
    {                                                                                              \
        delivers_text(t, text);                                                                    \
    }

DELIVERS(empty, "without a character", "")
DELIVERS(ascii, "of ASCII", "'Hello, world'")
DELIVERS(every_ascii, "with a NUL, a control character and DEL", "00 01 0a 0d 1b 7f 'after'")
DELIVERS(greek, "of characters of two and three octets", "ceba e1bdb9 cf83 cebc ceb5")
DELIVERS(smallest_of_two, "of U+0080, the first that takes two octets", "c280")
DELIVERS(largest_of_two, "of U+07FF, the last that takes two octets", "dfbf")
DELIVERS(smallest_of_three, "of U+0800, the first that takes three octets", "e0a080")
DELIVERS(largest_of_three, "of U+FFFF, the last that takes three octets", "efbfbf")
DELIVERS(smallest_of_four, "of U+10000, the first that takes four octets", "f0908080")
DELIVERS(last_character, "of U+10FFFF, the last character", "f48fbfbf")
DELIVERS(below_surrogates, "of U+D7FF, the last before the surrogates", "ed9fbf")
DELIVERS(above_surrogates, "of U+E000, the first behind the surrogates", "ee8080")
DELIVERS(byte_order_mark, "that begins with a byte order mark, which it keeps", "efbbbf 'mark'")
DELIVERS(replacement, "of U+FFFD, the replacement character, as any other", "efbfbd")
DELIVERS(noncharacters, "of U+FFFE, U+1FFFF and U+FDD0, which are no characters, but UTF-8",
         "efbfbe f09fbfbf efb790")
DELIVERS(all_lengths, "that mixes characters of one to four octets", "'$' c2a3 e282ac f09f9880 'z'")

/* ---- in several frames ---- */

static const char greek[] = "ce ba e1 bd b9 cf 83 ce bc ce b5 f0 9f 98 80 ";
enum { GREEK = sizeof greek / 3 };

static void in_two(struct t *t, struct talk *k, size_t cut)
{
    ws_send(k->us, octets_at(t, greek, 0, cut), .opcode = WS_TEXT, .more = true);
    ws_send(k->us, octets_at(t, greek, cut, GREEK), .continuation = true);
}

CASE(ws_text_in_two_fragments,
     .title = "delivers text that is cut into two fragments after any octet, inside characters too",
     .covers = "WS-UTF-002",
     .why = "a fragment may end inside a character: only the message as a whole is UTF-8",
     .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    for (size_t cut = 0; cut <= GREEK; cut++) {
        in_two(t, &k, cut);
        iut_expect(k.s, greek);
    }
}

CASE(ws_text_in_fragments_of_an_octet,
     .title = "delivers text of which each octet comes in a fragment of its own",
     .covers = "WS-UTF-002", .via = WS, .fragile = true)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    ws_send(k.us, octets_at(t, greek, 0, 1), .opcode = WS_TEXT, .more = true);
    for (size_t i = 1; i < GREEK; i++)
        ws_send(k.us, octets_at(t, greek, i, i + 1), .continuation = true, .more = i + 1 < GREEK);
    iut_expect(k.s, greek);
}

CASE(ws_text_with_empty_fragments, .title = "delivers text with empty fragments inside a character",
     .covers = "WS-UTF-002", .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    ws_send(k.us, "", .opcode = WS_TEXT, .more = true);
    ws_send(k.us, "e2 82", .continuation = true, .more = true);
    ws_send(k.us, "", .continuation = true, .more = true);
    ws_send(k.us, "ac", .continuation = true, .more = true);
    ws_send(k.us, "", .continuation = true);
    iut_expect(k.s, "e282ac");
}

CASE(ws_text_with_ping_inside,
     .title = "delivers text with a Ping between the fragments of a character",
     .covers = "WS-UTF-002", .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    ws_send(k.us, "f0 9f", .opcode = WS_TEXT, .more = true);
    ws_send(k.us, "ff fe", .opcode = WS_PING); /* no text, and no part of it */
    ws_send(k.us, "98 80", .continuation = true);
    iut_expect(k.s, "f09f9880");
}

CASE(ws_text_octet_by_octet, .title = "delivers text whose frame comes one octet at a time",
     .covers = "WS-UTF-002", .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    wire_trickle(k.us, ws_frame_pattern(k.us, greek, .opcode = WS_TEXT));
    iut_expect(k.s, greek);
}

CASE(ws_text_long, .title = "delivers text of 20,000 characters of three octets",
     .covers = "WS-UTF-001", .why = "a check in blocks meets characters on their borders",
     .via = WS)
{
    enum { CHARACTERS = 20000 };
    static char text[CHARACTERS * 6 + 1];
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    for (size_t i = 0; i < CHARACTERS; i++)
        memcpy(text + 6 * i, "e282ac", 6);
    ws_send(k.us, text, .opcode = WS_TEXT);
    iut_expect(k.s, text);
}

/* ---- text and binary ---- */

CASE(ws_text_and_binary_in_turn, .title = "delivers text and binary in turn, each as it came",
     .covers = "WS-UTF-003", .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    for (unsigned i = 0; i < 4; i++) {
        ws_send(k.us, value(t, "'text' 3%x", i), .opcode = WS_TEXT);
        ws_send(k.us, value(t, "ff fe %02x", 0x80 + i));
        iut_expect(k.s, value(t, "'text' 3%x", i));
        iut_expect(k.s, value(t, "ff fe %02x", 0x80 + i));
    }
}

CASE(ws_binary_is_no_text, .title = "delivers binary of any octets, in one frame and in fragments",
     .covers = "WS-UTF-004", .why = "an SP header is hardly ever UTF-8", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "80 bf c0 c1 f5 ff ed a0 80");
    iut_expect(k.s, "80 bf c0 c1 f5 ff ed a0 80");
    ws_send(k.us, "e2 28", .more = true);
    ws_send(k.us, "ff", .continuation = true, .more = true);
    ws_send(k.us, "c3", .continuation = true);
    iut_expect(k.s, "e228 ff c3");
}

CASE(ws_binary_behind_cut_text,
     .title = "checks each text by itself: binary that ends like half a character changes nothing",
     .covers = "WS-UTF-003", .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    ws_send(k.us, "f0 9f 98");
    ws_send(k.us, "'whole'", .opcode = WS_TEXT);
    iut_expect(k.s, "f0 9f 98");
    iut_expect(k.s, "'whole'");
}

CASE(ws_binary_fragments_behind_text,
     .title = "checks no fragment of binary for UTF-8 that comes behind text in fragments",
     .covers = "WS-UTF-003 WS-UTF-004",
     .why = "a continuation has no kind of its own: it is that of the message it continues",
     .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    for (unsigned i = 0; i < 3; i++) {
        ws_send(k.us, "'te'", .opcode = WS_TEXT, .more = true);
        ws_send(k.us, "'xt'", .continuation = true);
        ws_send(k.us, "ff", .more = true);
        ws_send(k.us, "c3", .continuation = true, .more = true);
        ws_send(k.us, "fe", .continuation = true);
        iut_expect(k.s, "'text'");
        iut_expect(k.s, "ff c3 fe");
    }
}

CASE(ws_text_as_request, .title = "REP serves no request that comes as text: its id is no UTF-8",
     .covers = "WS-UTF-005", .via = WS)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    ws_send(req, "80000001 'text'", .opcode = WS_TEXT);
    expect_ws_failed(req, 1007);
    req = attach(rep, "req");
    expect_served(rep, req, "80000002");
}

CASE(ws_text_option_sends_text,
     .title = "sends its messages as text when it is told to, if they are UTF-8",
     .covers = "WS-UTF-006", .needs = "ws-text", .via = WS)
{
    struct iut *pair = iut_open(t, "pair", "ws-text=1");
    struct peer *us = attach(pair, "pair");

    iut_send(pair, "'plain ' e282ac");
    ws_expect(us, "'plain ' e282ac", .opcode = WS_TEXT);
}

CASE(ws_text_option_and_octets,
     .title = "told to send text, sends nothing as text that is not UTF-8", .covers = "WS-UTF-007",
     .why = "the peer has to fail the connection", .needs = "ws-text", .via = WS)
{
    struct iut *pair = iut_open(t, "pair", "ws-text=1");
    struct peer *us = attach(pair, "pair");

    if (strcmp(iut_try_send(pair, patience(t), "ff fe 'no text'"), "ok") == 0)
        ws_expect(us, "ff fe 'no text'");
    else
        variant(t, "it refuses to send it");
}
