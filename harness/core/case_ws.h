/* case_ws.h -- what a case may say about WebSocket and TLS; included by case.h.
 *
 * attach() and the sp_ functions hide the opening handshake and the frames.  Below is everything
 * in the open: attach_raw() is a bare connection (inside TLS where the instance says so).  A Ping
 * that comes is answered and a Close is answered by itself, unless ws_manual(); both can be
 * expected all the same. */
#ifndef CASE_WS_H
#define CASE_WS_H
#include "ws/frame.h"
#include "ws/handshake.h"

/* ---- the opening handshake ----
 * All of it, right, in the role the instance gives us; `as` is our protocol. */
#define ws_open(p, as) ws_open_(HERE("ws_open(" #p ", " #as ")"), (p), (as))
/* We dialled.  ws_send_request(p, "rep.sp.nanomsg.org", .version = "8"): the list of sub-protocols
 * (NULL: no line), then one way each to be wrong (struct ws_request).  The host and the path are
 * those of the address unless given. */
#define ws_send_request(p, ...)                                                                    \
    ws_send_request_(HERE("ws_send_request(" #p ", " #__VA_ARGS__ ")"), (p),                       \
                     &(struct ws_request){ .protocols = __VA_ARGS__ })
/* The same as text, to be changed or sent in parts; lives as long as the case. */
#define ws_request_text(p, ...)                                                                    \
    ws_request_text_((p), &(struct ws_request){ .protocols = __VA_ARGS__ })
/* Waits for the whole head of a response: its status; 0: the connection ended without one. */
#define ws_expect_response(p) ws_expect_response_(HERE("ws_expect_response(" #p ")"), (p))
/* ... and that it is 101 with the right Sec-WebSocket-Accept: frames follow. */
#define ws_expect_upgraded(p) ws_expect_upgraded_(HERE("ws_expect_upgraded(" #p ")"), (p))
/* ... and that it refuses: HTTP 4xx or 5xx, or the end, or an upgrade that is closed again with
 * nothing in between.  Returns the status (0: just closed). */
#define expect_ws_refused(p) expect_ws_refused_(HERE("expect_ws_refused(" #p ")"), (p))
/* For what is no opening handshake at all: any status but 101, or the end.  Returns the status. */
#define expect_ws_not_upgraded(p)                                                                  \
    expect_ws_not_upgraded_(HERE("expect_ws_not_upgraded(" #p ")"), (p))
/* Whether a whole head comes, or the end, within `ms`; never fails. */
#define ws_answers_within(p, ms)                                                                   \
    ws_answers_within_(HERE("ws_answers_within(" #p ", " #ms ")"), (p), (ms))
/* It dialled: waits for the whole head of its request. */
#define ws_expect_request(p) ws_expect_request_(HERE("ws_expect_request(" #p ")"), (p))
/* ws_send_response(p, 101, .accept = "..."): the sub-protocol is the one it asked for, unless
 * .protocol says another or slice_text("") says none. */
#define ws_send_response(p, ...)                                                                   \
    ws_send_response_(HERE("ws_send_response(" #p ", " #__VA_ARGS__ ")"), (p),                     \
                      &(struct ws_response){ .status = __VA_ARGS__ })
#define ws_response_text(p, ...)                                                                   \
    ws_response_text_((p), &(struct ws_response){ .status = __VA_ARGS__ })
/* Text sent as it is. */
#define wire_send_text(p, text)                                                                    \
    wire_send_text_(HERE("wire_send_text(" #p ", " #text ")"), (p), (text))
/* Frames follow: for a handshake the case did by hand. */
void ws_upgraded(struct peer *);
/* Of the head that came last.  A header that is not there is NULL; several are joined by ", ". */
const char *ws_header(struct peer *, const char *name);
size_t ws_header_count(struct peer *, const char *name);
const char *ws_method(struct peer *);
const char *ws_target(struct peer *);
const char *ws_http_version(struct peer *);                /* "HTTP/1.1" */
const char *ws_name_for(struct t *, const char *protocol); /* "rep" -> "rep.sp.nanomsg.org" */
/* The sub-protocol that we, as `as`, ask a listening implementation for. */
const char *ws_offer_of(struct t *, const char *as);
const char *ws_accept_for(struct t *, const char *key); /* the Sec-WebSocket-Accept */

/* ---- frames out ----
 * ws_send(p, "'abc'"): one binary frame, masked if we are the client.  Then what it is, or one way
 * each to be wrong: ws_send(p, "'a'", .opcode = WS_PING), ws_send(p, "'a'", .rsv = WS_RSV1). */
struct ws_out {
    const char *pattern;   /* the payload */
    size_t seq;            /* octets of the sequence of payload_seq behind it */
    enum ws_opcode opcode; /* 0: binary */
    bool continuation, more;

    bool wrong_mask;         /* a client does not mask, a server does */
    uint8_t rsv;             /* WS_RSV1 | WS_RSV2 | WS_RSV3 */
    uint8_t reserved_opcode; /* 3 to 7, 11 to 15 */
    enum ws_length_form length_form;
    bool length_declared; /* says `declared` octets, and sends what is there */
    uint64_t declared;
};
#define ws_send(p, ...)                                                                            \
    ws_send_(HERE("ws_send(" #p ", " #__VA_ARGS__ ")"), (p),                                       \
             &(struct ws_out){ .pattern = __VA_ARGS__ })
/* Its octets as a pattern, to be sent in parts or behind something; lives as long as the case. */
#define ws_frame_pattern(p, ...) ws_frame_pattern_((p), &(struct ws_out){ .pattern = __VA_ARGS__ })
#define ws_send_close(p, code, reason)                                                             \
    ws_send_close_(HERE("ws_send_close(" #p ", " #code ", " #reason ")"), (p), (code), (reason))

/* ---- frames in ----
 * The next frame is this one: opcode (0: binary), FIN, payload; nothing reserved; masked exactly
 * if it is the client.  Pings before it are passed over unless one is asked for.  Before a control
 * frame messages are too, if a running service may send them by itself (black box): a Ping is
 * answered "as soon as is practical" (RFC 6455 5.5.2), and a Close behind what is under way
 * (5.5.1). */
struct ws_in {
    const char *pattern;
    enum ws_opcode opcode;
    bool continuation, more;
};
#define ws_expect(p, ...)                                                                          \
    ws_expect_(HERE("ws_expect(" #p ", " #__VA_ARGS__ ")"), (p),                                   \
               &(struct ws_in){ .pattern = __VA_ARGS__ })
struct ws_head ws_last_head(struct peer *); /* of the frame expected last */
/* The same without taking it: the control frame is there, for its octets to be judged. */
#define ws_await_control(p) ws_await_control_(HERE("ws_await_control(" #p ")"), (p))
/* Waits for the next frame, Pings passed over: its head.  The frame is still to be expected. */
#define ws_next_head(p) ws_next_head_(HERE("ws_next_head(" #p ")"), (p))
/* A Close with one of the codes ("1000|1001", "" for an empty one, "*" for any), then the end of
 * the connection in good order. */
#define ws_expect_close(p, codes)                                                                  \
    ws_expect_close_(HERE("ws_expect_close(" #p ", " #codes ")"), (p), (codes))
/* A Close comes, and is taken; or the end does, which is named as a variant: false.  A message is
 * neither. */
#define ws_close_comes(p) ws_close_comes_(HERE("ws_close_comes(" #p ")"), (p))
/* The connection below ends (a Close is not enough): control frames may come before that, and no
 * message.  ws_ends_within() never fails. */
#define ws_expect_end(p)      ws_expect_end_(HERE("ws_expect_end(" #p ")"), (p))
#define ws_ends_within(p, ms) ws_ends_within_(HERE("ws_ends_within(" #p ", " #ms ")"), (p), (ms))
/* The code of the Close that one of these verifiers took: 1005, it had none; 0: no Close came. */
unsigned ws_close_code(struct peer *);
/* It fails the connection (RFC 6455 7.1.7): a Close of this code, then the end.  Latitude, named as
 * a variant: another code, or the end without a Close.  A message before that is none. */
#define expect_ws_failed(p, code)                                                                  \
    expect_ws_failed_(HERE("expect_ws_failed(" #p ", " #code ")"), (p), (code))
/* The pipe still works: our Ping is answered. */
#define expect_ws_alive(p) expect_ws_alive_(HERE("expect_ws_alive(" #p ")"), (p))
void ws_manual(struct peer *); /* we answer nothing by ourselves any more */

/* ---- TLS ----
 * attach_plain: the connection below, on which we have said nothing yet. */
#define attach_plain(s) attach_plain_(HERE("attach_plain(" #s ")"), (s))
/* Begins TLS on it, with bounds on its version (0x0303 is 1.2, 0x0304 is 1.3; 0: none). */
#define tls_begin(p, lowest, highest)                                                              \
    tls_begin_(HERE("tls_begin(" #p ", " #lowest ", " #highest ")"), (p), (lowest), (highest))
/* The same with a certificate that is "expired", "not valid yet", "of a stranger", "for another
 * host" or "for clients only"; or, where we dialled, "checking" the other side's, or "trusting
 * nobody". */
#define tls_begin_as(p, how) tls_begin_as_(HERE("tls_begin_as(" #p ", " #how ")"), (p), (how))
/* Waits until the handshake is through or has failed; true: it is through. */
bool tls_established(struct peer *);
int tls_version(const struct peer *); /* what was agreed on: 0x0303 is 1.2 */
/* The connection has ended by a close_notify. */
bool tls_ended_well(const struct peer *);
#define tls_update_key(p) tls_update_key_(HERE("tls_update_key(" #p ")"), (p))
/* close_notify, without FIN. */
#define tls_notify(p) tls_notify_(HERE("tls_notify(" #p ")"), (p))
/* A few octets in clear, between the records of TLS. */
#define tls_send_below(p, pattern)                                                                 \
    tls_send_below_(HERE("tls_send_below(" #p ", " #pattern ")"), (p), (pattern))
/* A connection of attach_plain: it ends, and nothing comes on it but alerts of TLS.  Latitude, a
 * variant: a server of WebSockets says 4xx in clear. */
#define expect_tls_refused(p) expect_tls_refused_(HERE("expect_tls_refused(" #p ")"), (p))
/* FIN below, without close_notify. */
#define tls_cut(p) tls_cut_(HERE("tls_cut(" #p ")"), (p))

void ws_open_(struct at, struct peer *, const char *as);
void ws_send_request_(struct at, struct peer *, const struct ws_request *);
const char *ws_request_text_(struct peer *, const struct ws_request *);
int ws_expect_response_(struct at, struct peer *);
void ws_expect_upgraded_(struct at, struct peer *);
bool ws_answers_within_(struct at, struct peer *, int64_t ms);
int expect_ws_refused_(struct at, struct peer *);
int expect_ws_not_upgraded_(struct at, struct peer *);
void ws_expect_request_(struct at, struct peer *);
void ws_send_response_(struct at, struct peer *, const struct ws_response *);
const char *ws_response_text_(struct peer *, const struct ws_response *);
void wire_send_text_(struct at, struct peer *, const char *text);
void ws_send_(struct at, struct peer *, const struct ws_out *);
const char *ws_frame_pattern_(struct peer *, const struct ws_out *);
void ws_send_close_(struct at, struct peer *, unsigned code, const char *reason);
void ws_expect_(struct at, struct peer *, const struct ws_in *);
void ws_await_control_(struct at, struct peer *);
struct ws_head ws_next_head_(struct at, struct peer *);
void ws_expect_close_(struct at, struct peer *, const char *codes);
bool ws_close_comes_(struct at, struct peer *);
void ws_expect_end_(struct at, struct peer *);
bool ws_ends_within_(struct at, struct peer *, int64_t ms);
void expect_ws_failed_(struct at, struct peer *, unsigned code);
void expect_ws_alive_(struct at, struct peer *);
struct peer *attach_plain_(struct at, struct iut *);
void tls_begin_(struct at, struct peer *, int lowest, int highest);
void tls_begin_as_(struct at, struct peer *, const char *how);
void tls_notify_(struct at, struct peer *);
void tls_send_below_(struct at, struct peer *, const char *pattern);
void expect_tls_refused_(struct at, struct peer *);
void tls_update_key_(struct at, struct peer *);
void tls_cut_(struct at, struct peer *);

#endif
