#include "base/err.h"

const char *err_name(enum err e)
{
    switch (e) {
    case E_OK:
        return "ok";
    case E_AGAIN:
        return "again";
    case E_TIMEDOUT:
        return "timedout";
    case E_CLOSED:
        return "closed";
    case E_REFUSED:
        return "refused";
    case E_NOTSUP:
        return "notsup";
    case E_STATE:
        return "state";
    case E_PROTO:
        return "proto";
    case E_TOOLONG:
        return "toolong";
    case E_INUSE:
        return "inuse";
    case E_INVAL:
        return "inval";
    case E_NOMEM:
        return "nomem";
    case E_OTHER:
        break;
    }
    return "other";
}
