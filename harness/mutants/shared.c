#include "mutants/shared.h"

bool send_no_empty(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return a->type != SP_ACT_SEND || a->msg.body.n > 0;
}

bool deliver_no_empty(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return a->type != SP_ACT_DELIVER || a->msg.body.n > 0;
}

static bool strip(struct sp_action *a, enum sp_action_type type)
{
    if (a->type == type && has_id(a->msg.body))
        a->msg.body = slice_drop(a->msg.body, 4);
    return true;
}

bool send_strips_id(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return strip(a, SP_ACT_SEND);
}

bool deliver_strips_id(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return strip(a, SP_ACT_DELIVER);
}

bool send_twice_to_second(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND && k->pipes > 1 && a->pipe == k->pipe[1])
        machine_act(k, SP_ACT_SEND, a->pipe, &a->msg);
    return true;
}

bool send_not_to_third(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return a->type != SP_ACT_SEND || k->pipes < 3 || a->pipe != k->pipe[2];
}

bool send_not_to_last_after_loss(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return a->type != SP_ACT_SEND || !k->note[SHARED_LOST] || k->pipes < 2 ||
           a->pipe != k->pipe[k->pipes - 1];
}

bool send_nothing_once_heard(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return a->type != SP_ACT_SEND || !k->note[SHARED_HEARD];
}

bool see_sending(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND) {
        keep_payload(&k->kept, &a->msg);
        k->note[SHARED_SENT] = 1;
    }
    return true;
}

bool deliver_300th_twice(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DELIVER && ++k->note[SHARED_COUNT] == 300)
        machine_act(k, SP_ACT_DELIVER, a->pipe, &a->msg);
    return true;
}

bool see_loss(struct machine *k, pipe_id pipe)
{
    (void)pipe;
    k->note[SHARED_LOST]++;
    return true;
}

bool see_blocked(struct machine *k, pipe_id pipe, bool *writable)
{
    (void)pipe;
    if (!*writable)
        k->note[SHARED_BLOCKED]++;
    else if (k->note[SHARED_BLOCKED] > 0)
        k->note[SHARED_BLOCKED]--;
    return true;
}

bool hide_blocked(struct machine *k, pipe_id pipe, bool *writable)
{
    (void)k;
    (void)pipe;
    return *writable;
}

bool not_once_sending(struct machine *k, pipe_id pipe, bool *writable)
{
    bool newest = k->pipes > 1 && pipe == k->pipe[k->pipes - 1];
    return !(*writable && newest && k->note[SHARED_SENT]);
}

bool last_to_newcomer(struct machine *k, pipe_id pipe, bool *writable)
{
    struct msg last = kept_payload(&k->kept);
    if (*writable && k->note[SHARED_SENT])
        machine_act(k, SP_ACT_SEND, pipe, &last);
    return true;
}

bool see_heard(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)msg;
    (void)now;
    k->note[SHARED_HEARD] = pipe;
    return true;
}

bool hear_first_only(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)msg;
    (void)now;
    return k->pipes < 2 || pipe == k->pipe[0];
}

bool wait_if_blocked(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_AGAIN;
    return k->note[SHARED_BLOCKED] == 0;
}

bool wait_if_alone(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_AGAIN;
    return k->pipes > 0;
}

bool discard_if_alone(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    return k->pipes > 0;
}

bool swallow_sent(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)k;
    (void)msg;
    (void)now;
    (void)answer;
    return false;
}

void wait_if_refused(struct machine *k, struct msg *msg, enum err *answer)
{
    (void)k;
    (void)msg;
    if (*answer == E_NOTSUP)
        *answer = E_AGAIN;
}
