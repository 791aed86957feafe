#include "tls.h"

void expect_client_hello_(struct at at, struct t *t, struct peer *p)
{
    enum { HEAD = 4 }; /* of the message: its type, its length in three octets */
    uint64_t got = 0, length = 0;

    while (got < HEAD + length) {
        wire_expect_(at, p, "16 03 .. <left: .. ..>");
        for (uint64_t left = captured(t, "left"); left > 0; left--, got++) {
            if (got >= HEAD && got == HEAD + length)
                fail_(at, t, "more comes with the ClientHello");
            wire_expect_(at, p, got == 0 ? "01" : "<octet: ..>");
            if (got > 0 && got < HEAD)
                length = length << 8 | captured(t, "octet");
        }
    }
}
