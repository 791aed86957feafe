/* patterns.h -- the mutants of the patterns: req.c, rep.c, ... */
#ifndef HARNESS_MUTANTS_PATTERNS_H
#define HARNESS_MUTANTS_PATTERNS_H
#include "mutants/mutant.h"

#define PATTERN_MUTANTS(X)                                                                         \
    X(req_ids_count_by_three)                                                                      \
    X(req_id_wraps_to_zero)                                                                        \
    X(req_first_id_is_fixed)                                                                       \
    X(req_first_id_is_a_clock)                                                                     \
    X(req_newer_request_keeps_the_id)                                                              \
    X(req_pads_requests)                                                                           \
    X(req_empty_request_not_sent)                                                                  \
    X(req_empty_reply_ignored)                                                                     \
    X(req_truncated_reply_delivered)                                                               \
    X(req_truncated_reply_closes_the_pipe)                                                         \
    X(req_id_bit_of_reply_ignored)                                                                 \
    X(req_tags_before_id_skipped)                                                                  \
    X(req_compares_half_the_id)                                                                    \
    X(req_takes_swapped_ids)                                                                       \
    X(req_strips_body_of_reply)                                                                    \
    X(req_duplicate_answers_the_next)                                                              \
    X(req_last_reply_wins)                                                                         \
    X(req_other_id_discards_waiting_reply)                                                         \
    X(req_truncated_reply_discards_waiting_one)                                                    \
    X(req_unsolicited_reply_closes_the_pipe)                                                       \
    X(req_unsolicited_reply_delivered)                                                             \
    X(req_takes_reply_to_the_replaced)                                                             \
    X(req_late_reply_answers_a_later_one)                                                          \
    X(req_gives_up_after_bogus_replies)                                                            \
    X(req_receive_without_request_waits)                                                           \
    X(req_receive_after_reply_waits)                                                               \
    X(req_reply_received_twice)                                                                    \
    X(req_resends_under_a_new_id)                                                                  \
    X(req_resend_cuts_the_body)                                                                    \
    X(req_resends_only_once)                                                                       \
    X(req_replaced_request_resent)                                                                 \
    X(req_resends_after_the_reply)                                                                 \
    X(req_resend_interval_doubles)                                                                 \
    X(req_resend_interval_ignored)                                                                 \
    X(req_resend_interval_in_seconds)                                                              \
    X(req_disabled_resend_floods)                                                                  \
    X(req_resends_after_half_a_minute)                                                             \
    X(req_lost_pipe_loses_the_request)                                                             \
    X(req_dies_at_the_second_loss)                                                                 \
    X(req_loss_brings_back_the_replaced)                                                           \
    X(req_loss_brings_back_the_answered)                                                           \
    X(req_send_without_peer_succeeds)                                                              \
    X(req_timed_out_send_is_sent_later)                                                            \
    X(req_table_of_requests_fills)                                                                 \
    X(req_asks_the_oldest_pipe)                                                                    \
    X(req_stays_with_the_silent_pipe)                                                              \
    X(req_later_pipes_are_not_asked)                                                               \
    X(req_rotation_ends_when_a_pipe_goes)                                                          \
    X(req_waits_for_a_blocked_pipe)

#define PATTERN_MUTANT_DECLARED(name) extern const struct mutant name;
PATTERN_MUTANTS(PATTERN_MUTANT_DECLARED)
#define PATTERN_MUTANT_LISTED(name) &name,

#endif
