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
        X(survey_response_delivered_twice), X(survey_late_response_delivered),                     \
        X(survey_takes_response_to_the_last), X(survey_unsolicited_response_delivered),            \
        X(survey_id_bit_of_response_ignored), X(survey_tags_before_id_skipped),                    \
        X(survey_truncated_response_delivered), X(survey_truncated_response_closes_the_pipe),      \
        X(survey_empty_response_ignored), X(survey_strips_body_of_response),                       \
        X(survey_busy_respondent_shuts_out_others), X(survey_time_ignored),                        \
        X(survey_time_at_most_a_second), X(survey_time_in_half_seconds),                           \
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
        X(raw_pair1_does_not_count_hops), X(raw_pair1_has_no_hop_limit),                           \
        X(pub_strips_what_looks_like_an_id), X(pub_sends_no_empty_message),                        \
        X(pub_sends_twice_to_the_second), X(pub_leaves_out_the_third),                             \
        X(pub_blocks_without_subscriber), X(pub_blocks_for_a_stalled_one),                         \
        X(pub_keeps_the_last_for_newcomers), X(pub_receive_waits),                                 \
        X(pub_forgets_one_when_another_leaves), X(pub_silenced_by_a_subscriber),                   \
        X(pub_filters_what_begins_with_zero), X(pub_queues_five_messages),                         \
        X(sub_without_topics_takes_all), X(sub_finds_topics_anywhere),                             \
        X(sub_compares_without_case), X(sub_takes_topics_for_text),                                \
        X(sub_delivers_what_begins_a_topic), X(sub_compares_255_octets),                           \
        X(sub_wants_topics_exactly), X(sub_delivers_no_empty_message),                             \
        X(sub_delivers_the_300th_twice), X(sub_hears_one_publisher), X(sub_cuts_bodies_at_a_zero), \
        X(sub_forgets_topics_beyond_512), X(sub_never_unsubscribes),                               \
        X(sub_unsubscribes_longer_topics_too), X(sub_dies_unsubscribing_from_nothing),             \
        X(sub_announces_its_topics), X(sub_swallows_a_send), X(sub_loses_the_second_of_two),       \
        X(push_strips_what_looks_like_an_id), X(push_sends_no_empty_message),                      \
        X(push_sends_twice_to_the_second), X(push_leaves_out_newcomers),                           \
        X(push_waits_for_a_stalled_one), X(push_takes_without_bound),                              \
        X(push_discards_without_puller), X(push_receive_waits),                                    \
        X(push_keeps_the_turn_of_one_that_left), X(push_silenced_by_a_puller),                     \
        X(push_sends_to_the_oldest), X(push_sends_again_what_was_sent),                            \
        X(push_loses_the_share_of_a_speaker), X(push_takes_no_puller_after_a_message),             \
        X(push_parks_a_speaking_puller), X(pull_strips_what_looks_like_an_id),                     \
        X(pull_delivers_no_empty_message), X(pull_delivers_the_300th_twice),                       \
        X(pull_swallows_a_send), X(pull_starves_the_second_pusher), X(pull_reads_without_bound),   \
        X(bus_strips_what_looks_like_an_id), X(bus_sends_no_empty_message),                        \
        X(bus_delivers_no_empty_message), X(bus_sends_twice_to_the_second),                        \
        X(bus_leaves_out_the_third), X(bus_hears_the_first_only), X(bus_blocks_without_peer),      \
        X(bus_blocks_for_a_stalled_one), X(bus_forgets_one_when_another_leaves), X(bus_forwards),  \
        X(bus_hears_itself), X(bus_sends_nothing_back), X(bus_keeps_what_nobody_got),              \
        X(raw_bus_sends_back), X(pair0_accepts_a_second_peer), X(pair1_accepts_a_second_peer),     \
        X(pair0_hears_a_second_peer), X(pair0_dies_at_a_second_peer),                              \
        X(pair1_dies_at_a_second_peer), X(pair0_second_peer_ends_the_first),                       \
        X(pair1_second_peer_ends_the_first), X(pair0_has_one_peer_in_its_life),                    \
        X(pair0_strips_what_looks_like_an_id), X(pair0_delivers_no_empty_message),                 \
        X(pair0_takes_without_bound), X(pair0_fails_a_send_without_peer),                          \
        X(pair0_swaps_two_messages), X(pair1_begins_with_two_hops),                                \
        X(pair1_writes_hops_in_host_order), X(pair1_sends_no_empty_message),                       \
        X(pair1_drops_below_the_ttl), X(pair1_has_no_hop_limit), X(pair1_ignores_the_ttl_option),  \
        X(pair1_closes_over_the_ttl), X(pair1_ignores_a_header_alone),                             \
        X(pair1_ignores_the_upper_octets), X(pair1_delivers_what_is_too_short),                    \
        X(pair1_sends_directed_ones_in_turn), X(pair1_sends_undirected_ones_to_all)

/* contexts_asking.c, contexts_answering.c */
#define CONTEXT_MUTANTS(X)                                                                         \
    X(req_contexts_are_one), X(survey_contexts_are_one), X(req_contexts_share_the_interval),       \
        X(survey_contexts_share_the_time), X(req_contexts_use_one_id),                             \
        X(survey_contexts_use_one_id), X(req_reply_goes_to_the_oldest),                            \
        X(survey_response_goes_to_who_receives), X(survey_response_for_another_is_lost),           \
        X(req_reply_ends_all_resending), X(req_replacing_ends_all), X(survey_replacing_ends_all),  \
        X(req_closed_context_goes_on_asking), X(req_closing_ends_all_resending),                   \
        X(survey_closing_ends_all), X(req_late_reply_goes_to_another_context),                     \
        X(survey_late_response_goes_to_another_context), X(req_closed_context_keeps_its_pipe),     \
        X(survey_closed_context_keeps_its_pipe), X(req_dies_closing_who_has_just_asked),           \
        X(req_lost_pipe_has_one_request), X(req_context_receives_unasked),                         \
        X(survey_context_receives_unasked), X(req_contexts_run_out_of_ids),                        \
        X(rep_contexts_are_one), X(respondent_contexts_are_one),                                   \
        X(rep_contexts_share_the_backtrace), X(respondent_contexts_share_the_backtrace),           \
        X(rep_contexts_cancel_each_other), X(respondent_contexts_cancel_each_other),               \
        X(rep_context_dies_answering_who_is_gone),                                                 \
        X(respondent_context_dies_answering_who_is_gone),                                          \
        X(rep_context_cannot_answer_who_is_gone), X(respondent_context_cannot_answer_who_is_gone), \
        X(rep_context_swallows_an_unasked_answer),                                                 \
        X(respondent_context_swallows_an_unasked_answer), X(rep_closed_context_ends_its_pipe),     \
        X(respondent_closed_context_ends_its_pipe), X(rep_closed_context_keeps_its_pipe),          \
        X(respondent_closed_context_keeps_its_pipe)

#define PATTERN_MUTANT_NAMED(name)  name
#define PATTERN_MUTANT_LISTED(name) &name
extern const struct mutant PATTERN_MUTANTS(PATTERN_MUTANT_NAMED);
extern const struct mutant CONTEXT_MUTANTS(PATTERN_MUTANT_NAMED);

#endif
