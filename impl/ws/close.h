/* close.h -- the body of a Close frame (RFC 6455 5.5.1 and 7.4). */
#ifndef WS_CLOSE_H
#define WS_CLOSE_H
#include "base/bytes.h"

enum {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL_ERROR = 1002,
    WS_UNSUPPORTED = 1003, /* a type of data */
    WS_NO_CODE = 1005,     /* never on the wire: the body is empty */
    WS_ABNORMAL = 1006,    /* never on the wire: there was no Close */
    WS_NOT_UTF8 = 1007,
    WS_TOO_LARGE = 1009,
    WS_INTERNAL = 1011,
    WS_NO_TLS = 1015, /* never on the wire: the handshake of TLS failed */
};
enum { WS_REASON_MAX = 123 }; /* octets */

/* May it be sent? */
bool ws_close_code_valid(unsigned code);
/* 0, with the code (WS_NO_CODE: empty) and the reason, which points into `body`; else the code to
 * fail the connection with. */
unsigned ws_close_parse(struct slice body, unsigned *code, struct slice *reason);
/* Octets of the body, at most WS_CONTROL_MAX; none for WS_NO_CODE.  The reason is cut. */
size_t ws_close_put(uint8_t *to, unsigned code, struct slice reason);

#endif
