/* patterns.h -- the mutants of the patterns: req.c, rep.c, ... */
#ifndef HARNESS_MUTANTS_PATTERNS_H
#define HARNESS_MUTANTS_PATTERNS_H
#include "mutants/mutant.h"

#define PATTERN_MUTANTS(X)                                                                         \
    X(req_ids_count_by_three), X(req_id_wraps_to_zero), X(req_first_id_is_fixed),                  \
        X(req_first_id_is_a_clock), X(req_newer_request_keeps_the_id), X(req_pads_requests),       \
        X(req_empty_request_not_sent), X(req_empty_reply_ignored),                                 \
        X(req_truncated_reply_delivered), X(req_truncated_reply_closes_the_pipe),                  \
        X(req_id_bit_of_reply_ignored), X(req_tags_before_id_skipped),                             \
        X(req_compares_half_the_id), X(req_takes_swapped_ids), X(req_strips_body_of_reply),        \
        X(req_duplicate_answers_the_next), X(req_last_reply_wins),                                 \
        X(req_other_id_discards_waiting_reply), X(req_truncated_reply_discards_waiting_one),       \
        X(req_unsolicited_reply_closes_the_pipe), X(req_unsolicited_reply_delivered),              \
        X(req_takes_reply_to_the_replaced), X(req_late_reply_answers_a_later_one),                 \
        X(req_gives_up_after_bogus_replies), X(req_receive_without_request_waits),                 \
        X(req_receive_after_reply_waits), X(req_reply_received_twice),                             \
        X(req_resends_under_a_new_id), X(req_resend_cuts_the_body), X(req_resends_only_once),      \
        X(req_replaced_request_resent), X(req_resends_after_the_reply),                            \
        X(req_resend_interval_doubles), X(req_resend_interval_ignored),                            \
        X(req_resend_interval_in_seconds), X(req_disabled_resend_floods),                          \
        X(req_resends_after_half_a_minute), X(req_lost_pipe_loses_the_request),                    \
        X(req_dies_at_the_second_loss), X(req_loss_brings_back_the_replaced),                      \
        X(req_loss_brings_back_the_answered), X(req_send_without_peer_succeeds),                   \
        X(req_timed_out_send_is_sent_later), X(req_table_of_requests_fills),                       \
        X(req_asks_the_oldest_pipe), X(req_stays_with_the_silent_pipe),                            \
        X(req_later_pipes_are_not_asked), X(req_rotation_ends_when_a_pipe_goes),                   \
        X(req_waits_for_a_blocked_pipe), X(rep_returns_the_id_alone),                              \
        X(respondent_returns_the_id_alone), X(rep_returns_four_tags),                              \
        X(respondent_returns_four_tags), X(rep_turns_the_backtrace_round),                         \
        X(respondent_turns_the_backtrace_round), X(rep_counts_one_hop_too_many),                   \
        X(respondent_counts_one_hop_too_many), X(rep_has_no_hop_limit),                            \
        X(respondent_has_no_hop_limit), X(rep_hop_limit_closes_the_pipe),                          \
        X(respondent_hop_limit_closes_the_pipe), X(rep_eats_a_body_like_tags),                     \
        X(respondent_eats_a_body_like_tags), X(rep_ignores_id_zero),                               \
        X(respondent_ignores_id_zero), X(rep_returns_the_first_id_again),                          \
        X(respondent_returns_the_first_id_again), X(rep_pads_its_answers),                         \
        X(respondent_pads_its_answers), X(rep_ignores_an_empty_question),                          \
        X(respondent_ignores_an_empty_question), X(rep_sends_no_empty_answer),                     \
        X(respondent_sends_no_empty_answer), X(rep_delivers_tags_without_id),                      \
        X(respondent_delivers_tags_without_id), X(rep_delivers_half_a_tag),                        \
        X(respondent_delivers_half_a_tag), X(rep_delivers_what_is_truncated),                      \
        X(respondent_delivers_what_is_truncated), X(rep_closes_over_malformed),                    \
        X(respondent_closes_over_malformed), X(rep_hears_no_more_after_malformed),                 \
        X(respondent_hears_no_more_after_malformed), X(rep_dies_answering_who_is_gone),            \
        X(respondent_dies_answering_who_is_gone), X(rep_cannot_answer_who_is_gone),                \
        X(respondent_cannot_answer_who_is_gone), X(rep_answers_another_when_gone),                 \
        X(respondent_answers_another_when_gone), X(rep_routes_by_the_id),                          \
        X(respondent_routes_by_the_id), X(rep_backtrace_overwritten),                              \
        X(respondent_backtrace_overwritten), X(rep_waits_for_who_does_not_read),                   \
        X(respondent_waits_for_who_does_not_read), X(rep_stays_with_a_busy_pipe),                  \
        X(rep_queues_64_requests), X(rep_answers_the_older_question),                              \
        X(respondent_answers_the_older_question), X(rep_sends_a_second_answer),                    \
        X(respondent_sends_a_second_answer), X(rep_swallows_a_second_answer),                      \
        X(respondent_swallows_a_second_answer), X(rep_swallows_an_unasked_answer),                 \
        X(respondent_swallows_an_unasked_answer), X(rep_answers_before_it_receives),               \
        X(rep_cannot_answer_at_once), X(survey_leaves_out_the_third),                              \
        X(survey_goes_twice_to_the_second), X(survey_has_an_id_for_each),                          \
        X(survey_ids_count_by_three), X(survey_first_id_is_fixed),                                 \
        X(survey_without_body_not_sent), X(survey_sent_to_latecomers),                             \
        X(survey_without_respondent_blocks), X(survey_second_never_goes_out),                      \
        X(survey_dies_at_the_deadline), X(survey_sent_again), X(survey_takes_one_response),        \
        X(survey_late_response_delivered), X(survey_takes_response_to_the_last),                   \
        X(survey_unsolicited_response_delivered), X(survey_id_bit_of_response_ignored),            \
        X(survey_tags_before_id_skipped), X(survey_truncated_response_delivered),                  \
        X(survey_truncated_response_closes_the_pipe), X(survey_empty_response_ignored),            \
        X(survey_strips_body_of_response), X(survey_busy_respondent_shuts_out_others),             \
        X(survey_time_ignored), X(survey_time_at_most_a_second), X(survey_time_in_half_seconds),   \
        X(survey_receive_outlasts_it), X(survey_receive_without_one_waits),                        \
        X(raw_rep_tags_no_tagged_request), X(raw_respondent_tags_no_tagged_survey),                \
        X(raw_respondent_adds_two_tags), X(raw_rep_adds_two_tags), X(raw_rep_has_one_tag_for_all), \
        X(raw_rep_first_channel_id_is_one), X(raw_rep_channel_ids_count_by_two),                   \
        X(raw_rep_sends_misrouted_to_the_first), X(raw_rep_ignores_bit_31_of_a_tag),               \
        X(raw_rep_dies_without_a_tag), X(raw_rep_has_no_hop_limit), X(raw_req_strips_all_tags),    \
        X(raw_surveyor_strips_all_tags), X(raw_req_keeps_two_tags),                                \
        X(raw_req_delivers_a_reply_without_id), X(raw_req_sends_no_empty_body),                    \
        X(raw_req_misplaces_the_body), X(raw_pair_strips_what_looks_like_an_id),                   \
        X(raw_pull_loses_empty_messages), X(raw_bus_sends_the_origin),                             \
        X(raw_pair1_does_not_count_hops), X(raw_pair1_has_no_hop_limit)

#define PATTERN_MUTANT_NAMED(name)  name
#define PATTERN_MUTANT_LISTED(name) &name
extern const struct mutant PATTERN_MUTANTS(PATTERN_MUTANT_NAMED);

#endif
