/* ws_utf8_bad.c -- text that is not UTF-8 fails the connection, and is not delivered: RFC 6455
 * 5.6, 8.1; RFC 3629 3, 4 and 10.  One case for each way to be wrong. */
#include "ws_end.h"

#define REFUSES(name, what, text)                                                                  \
    CASE(ws_utf8_##name, .title = "fails the connection over text " what,                          \
         .covers = "SP-WS-063 WS-UTF-008",                                                         \
         .why = "what is checked in one place and not in another has let attacks through",         \
         .via = WS)                                                                                \
    {                                                                                              \
        refuses_text(t, text);                                                                     \
    }

REFUSES(octets_that_never_occur, "with the octets FF and FE", "'oops ' ff fe")
REFUSES(octet_fe, "with the octet FE alone", "fe")
REFUSES(octet_c0, "with C0 80, an overlong NUL", "'a' c080 'b'")
REFUSES(octet_c1, "with C1 BF, an overlong DEL", "c1bf")
REFUSES(overlong_slash, "with C0 AF, an overlong slash", "c0af")
REFUSES(overlong_of_three, "with E0 9F BF, an overlong U+07FF", "e09fbf")
REFUSES(overlong_nul_of_three, "with E0 80 80, an overlong NUL", "e08080")
REFUSES(overlong_of_four, "with F0 8F BF BF, an overlong U+FFFF", "f08fbfbf")
REFUSES(overlong_nul_of_four, "with F0 80 80 80, an overlong NUL", "f0808080")
REFUSES(of_five, "with a character of five octets", "f888808080")
REFUSES(of_six, "with a character of six octets", "fc8480808080")
REFUSES(first_surrogate, "with U+D800, the first surrogate", "eda080")
REFUSES(last_high_surrogate, "with U+DBFF, the last high surrogate", "edafbf")
REFUSES(first_low_surrogate, "with U+DC00, the first low surrogate", "edb080")
REFUSES(last_surrogate, "with U+DFFF, the last surrogate", "edbfbf")
REFUSES(surrogate_pair, "with a pair of surrogates, as in CESU-8", "'x' eda0bd edb880")
REFUSES(above_the_last, "with F4 90 80 80, beyond U+10FFFF", "f4908080")
REFUSES(octet_f5, "with F5 80 80 80, far beyond U+10FFFF", "f5808080")
REFUSES(continuation_alone, "with a continuation octet that continues nothing", "'a' 80")
REFUSES(continuation_bf, "with BF, the last continuation octet, alone", "bf")
REFUSES(continuation_too_many, "with a continuation octet too many", "c3a9 a9")
REFUSES(two_cut_by_ascii, "with a character of two octets cut off by ASCII", "c3 28")
REFUSES(three_cut_by_ascii, "with a character of three octets cut off by ASCII", "e282 28")
REFUSES(four_cut_by_ascii, "with a character of four octets cut off by ASCII", "f09f98 28")
REFUSES(three_wrong_second, "with a character of three octets whose second is ASCII", "e2 28 a1")
REFUSES(four_wrong_second, "with a character of four octets whose second is ASCII", "f0 28 8cbc")
REFUSES(character_in_character, "with a character that begins inside another", "e2 c3a9")
REFUSES(ends_inside_two, "that ends inside a character of two octets", "'end' c3")
REFUSES(ends_inside_three, "that ends inside a character of three octets", "'end' e282")
REFUSES(ends_inside_four, "that ends inside a character of four octets", "'end' f09f98")
REFUSES(latin1, "that is Latin-1", "'caf' e9")
REFUSES(after_much, "that is wrong after 1,000 octets that are right", "'r'*1000 ff 'r'*100")

/* ---- in several frames ---- */

static const char evil[] = "61 f0 9f 98 80 ed a0 80 65 ";
enum { EVIL = sizeof evil / 3 };

#define REFUSES_CUT(cut, what)                                                                     \
    CASE(ws_utf8_bad_cut_at_##cut, .title = "fails the connection over a surrogate " what,         \
         .covers = "SP-WS-063 WS-UTF-009", .via = WS)                                              \
    {                                                                                              \
        refuses_texts(t, octets_at(t, evil, 0, cut), octets_at(t, evil, cut, EVIL));               \
    }

REFUSES_CUT(3, "in the second fragment, the first of which ends inside a character")
REFUSES_CUT(5, "with which the second fragment begins")
REFUSES_CUT(6, "whose first octet ends the first fragment")
REFUSES_CUT(7, "whose second octet ends the first fragment")
REFUSES_CUT(8, "at the end of the first fragment, good text behind it")

CASE(ws_utf8_overlong_cut, .title = "fails the connection over an overlong slash cut in two",
     .covers = "SP-WS-063 WS-UTF-009", .via = WS)
{
    refuses_texts(t, "'a/' c0", "af");
}

CASE(ws_utf8_beyond_last_cut,
     .title = "fails the connection over a character beyond U+10FFFF cut in two",
     .covers = "SP-WS-063 WS-UTF-009", .via = WS)
{
    refuses_texts(t, "f4", "90 80 80");
}

CASE(ws_utf8_fragments_end_inside,
     .title = "fails the connection over text whose last fragment ends inside a character",
     .covers = "SP-WS-063 WS-UTF-009", .via = WS)
{
    refuses_texts(t, "'end'", "e2 82");
}

CASE(
    ws_utf8_empty_last_fragment,
    .title = "fails the connection over text that ends inside a character, the last fragment empty",
    .covers = "SP-WS-063 WS-UTF-009", .via = WS)
{
    refuses_texts(t, "'end' e2", "");
}

CASE(ws_utf8_fragments_of_an_octet,
     .title = "fails the connection over bad text of which each octet comes in its own fragment",
     .covers = "SP-WS-063 WS-UTF-009", .via = WS, .fragile = true)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    for (size_t i = 0; i < EVIL && !is_closed(k.us); i++)
        ws_send(k.us, octets_at(t, evil, i, i + 1), .opcode = i == 0 ? WS_TEXT : 0,
                .continuation = i > 0, .more = i + 1 < EVIL);
    expect_ws_failed(k.us, 1007);
    good_is_next(&k);
}

CASE(ws_utf8_fails_at_once,
     .title = "fails the connection as soon as a fragment shows that the text is no UTF-8",
     .covers = "WS-UTF-010", .why = "a message that can only fail would be gathered to its end",
     .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    ws_send(k.us, "'bad ' ff", .opcode = WS_TEXT, .more = true);
    if (closes_within(k.us, 200)) {
        variant(t, "after the fragment");
    } else {
        variant(t, "after the message");
        ws_send(k.us, "'end'", .continuation = true);
    }
    ws_expect_end(k.us);
}

CASE(ws_utf8_fails_inside_a_frame,
     .title = "fails the connection over bad text at the latest when its frame is whole",
     .covers = "SP-WS-063 WS-UTF-010", .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    const char *frame = ws_frame_pattern(k.us, "'bad ' ff ' and more'", .opcode = WS_TEXT);
    size_t octets = strlen(frame) / 3;
    wire_trickle(k.us, octets_at(t, frame, 0, octets - 3));
    variant(t, closes_within(k.us, 100) ? "inside the frame" : "at its end");
    wire_send(k.us, octets_at(t, frame, octets - 3, octets));
    ws_expect_end(k.us);
    good_is_next(&k);
}

CASE(ws_utf8_first_message, .title = "checks the text that is the first message of a connection",
     .covers = "SP-WS-063 WS-UTF-008", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "ff fe", .opcode = WS_TEXT);
    expect_ws_failed(k.us, 1007);
    good_is_next(&k);
}

CASE(ws_utf8_nothing_behind, .title = "delivers nothing that comes behind text that is no UTF-8",
     .covers = "WS-UTF-011", .via = WS)
{
    struct talk k = talk_to(t);

    if (!takes_text(&k))
        return;
    wire_send(k.us, value(t, "%s %s", ws_frame_pattern(k.us, "c0 80", .opcode = WS_TEXT),
                          ws_frame_pattern(k.us, "'behind'")));
    expect_ws_failed(k.us, 1007);
    good_is_next(&k);
}
