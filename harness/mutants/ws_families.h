/* ws_families.h -- the mutants of WebSockets and TLS, one file a family. */
#ifndef HARNESS_MUTANTS_WS_FAMILIES_H
#define HARNESS_MUTANTS_WS_FAMILIES_H
#include "mutants/mutant.h"

#define WS_MUTANT(ident, sentence, issue, ...)                                                     \
    const struct mutant ident = { .name = #ident, .fault = sentence, .source = issue, __VA_ARGS__ }

/* clang-format off */
#define WS_MUTANTS(X)                                                                              \
    /* ws_server_protocol.c */                                                                     \
    X(ws_wrong_protocol_accepted)                                                                  \
    X(ws_unknown_protocol_accepted)                                                                \
    X(ws_protocol_found_anywhere)                                                                  \
    X(ws_missing_protocol_accepted)                                                                \
    X(ws_serves_what_it_refused)                                                                   \
    X(ws_protocol_list_refused)                                                                    \
    X(ws_protocol_lines_last_only)                                                                 \
    X(ws_protocol_list_answered)                                                                   \
    X(ws_protocol_not_answered)                                                                    \
    X(ws_pair1_has_another_name)                                                                   \
    /* ws_server_headers.c */                                                                      \
    X(ws_key_unchecked)                                                                            \
    X(ws_key_missing_accepted)                                                                     \
    X(ws_version_missing_accepted)                                                                 \
    X(ws_host_missing_accepted)                                                                    \
    X(ws_version_unchecked)                                                                        \
    X(ws_version_echoed)                                                                           \
    X(ws_upgrade_unchecked)                                                                        \
    X(ws_connection_unchecked)                                                                     \
    X(ws_upgrade_in_one_case_only)                                                                 \
    X(ws_connection_alone_only)                                                                    \
    X(ws_foreign_origin_refused)                                                                   \
    X(ws_deflate_agreed)                                                                           \
    X(ws_extension_offer_refused)                                                                  \
    X(ws_accept_of_key_without_padding)                                                            \
    X(ws_two_hosts_accepted)                                                                       \
    X(ws_extensions_unread)                                                                        \
    /* ws_server_request.c */                                                                      \
    X(ws_post_accepted)                                                                            \
    X(ws_any_get_upgraded)                                                                         \
    X(ws_upgrades_by_http_1_0)                                                                     \
    X(ws_http_1_0_accepted)                                                                        \
    X(ws_dies_of_other_request)                                                                    \
    X(ws_dies_of_garbage)                                                                          \
    X(ws_path_ignored)                                                                             \
    X(ws_request_in_one_read)                                                                      \
    X(ws_silent_client_stalls_all)                                                                 \
    X(ws_refusal_without_end)                                                                      \
    X(ws_greeting_sent)                                                                            \
    /* ws_client.c */                                                                              \
    X(ws_client_accept_unchecked)                                                                  \
    X(ws_client_protocol_unchecked)                                                                \
    X(ws_client_takes_no_protocol)                                                                 \
    X(ws_client_extension_unchecked)                                                               \
    X(ws_client_upgrade_unchecked)                                                                 \
    X(ws_client_connection_unchecked)                                                              \
    X(ws_client_http_version_unchecked)                                                            \
    X(ws_client_takes_success)                                                                     \
    X(ws_client_takes_refusal)                                                                     \
    X(ws_client_takes_redirection)                                                                 \
    X(ws_client_in_one_case_only)                                                                  \
    X(ws_client_dies_of_other_response)                                                            \
    X(ws_frames_behind_response_lost)                                                              \
    X(ws_response_in_one_read)                                                                     \
    X(ws_client_upgrades_early)                                                                    \
    X(ws_dial_given_up_when_refused)                                                               \
    X(ws_dial_given_up_when_answered_wrong)                                                        \
    X(ws_req_asks_for_req)                                                                         \
    X(ws_sub_asks_for_sub)                                                                         \
    X(ws_push_asks_for_push)                                                                       \
    X(ws_bus_has_its_old_name)                                                                     \
    X(ws_client_spoilt_by_failure)                                                                 \
    X(ws_client_asks_for_two)                                                                      \
    X(ws_client_key_the_same)                                                                      \
    X(ws_client_key_short)                                                                         \
    X(ws_client_path_left_out)                                                                     \
    X(ws_client_query_left_out)                                                                    \
    X(ws_client_host_without_port)                                                                 \
    X(ws_client_no_host)                                                                           \
    X(ws_client_version_8)                                                                         \
    X(ws_client_no_version)                                                                        \
    X(ws_client_posts)                                                                             \
    X(ws_client_http_1_0)                                                                          \
    X(ws_client_no_upgrade)                                                                        \
    X(ws_client_no_connection)                                                                     \
    X(ws_client_extensions_torn)                                                                   \
    X(ws_client_announces_body)                                                                    \
    X(ws_client_asks_for_all)                                                                      \
    X(ws_client_sends_too_early)                                                                   \
    /* ws_frames.c */                                                                              \
    X(ws_unmasked_accepted)                                                                        \
    X(ws_unmasked_control_accepted)                                                                \
    X(ws_masked_accepted)                                                                          \
    X(ws_masked_control_accepted)                                                                  \
    X(ws_rsv1_ignored)                                                                             \
    X(ws_rsv2_ignored)                                                                             \
    X(ws_rsv3_ignored)                                                                             \
    X(ws_control_rsv_ignored)                                                                      \
    X(ws_reserved_data_delivered)                                                                  \
    X(ws_reserved_data_ignored)                                                                    \
    X(ws_reserved_control_delivered)                                                               \
    X(ws_reserved_control_ignored)                                                                 \
    X(ws_wrong_frame_delivered_empty)                                                              \
    X(ws_goes_on_after_failing)                                                                    \
    X(ws_length_2_63_awaited)                                                                      \
    X(ws_large_claim_awaited)                                                                      \
    X(ws_huge_claim_dies)                                                                          \
    X(ws_sum_of_fragments_wraps)                                                                   \
    X(ws_text_unchecked)                                                                           \
    X(ws_text_delivered_and_refused)                                                               \
    X(ws_pair_sends_text)                                                                          \
    X(ws_empty_message_swallowed)                                                                  \
    X(ws_frame_in_two_reads)                                                                       \
    X(ws_mask_slips)                                                                               \
    X(ws_received_cut_to_16_bits)                                                                  \
    X(ws_sent_cut_to_16_bits)                                                                      \
    X(ws_125_octets_in_16_bits)                                                                    \
    X(ws_65535_octets_in_64_bits)                                                                  \
    X(ws_lengths_never_in_7_bits)                                                                  \
    X(ws_one_mask_for_all)                                                                         \
    X(ws_mask_of_zeros)                                                                            \
    X(ws_server_masks)                                                                             \
    X(ws_client_does_not_mask)                                                                     \
    X(ws_fragments_all_binary)                                                                     \
    X(ws_rsv1_set)                                                                                 \
    X(ws_header_in_its_own_message)                                                                \
    /* ws_fragments.c */                                                                           \
    X(ws_fragments_delivered_apart)                                                                \
    X(ws_last_fragment_lost)                                                                       \
    X(ws_continuation_without_start_delivered)                                                     \
    X(ws_continuation_without_start_ignored)                                                       \
    X(ws_start_within_message_joined)                                                              \
    X(ws_start_within_message_ends_it)                                                             \
    X(ws_empty_fragment_refused)                                                                   \
    X(ws_header_within_first_fragment)                                                             \
    X(ws_ping_ends_message)                                                                        \
    X(ws_ping_joins_message)                                                                       \
    /* ws_octets.c */                                                                              \
    X(ws_one_octet_swallowed)                                                                      \
    X(ws_124_octets_refused)                                                                       \
    X(ws_125_octets_refused)                                                                       \
    X(ws_16_bit_length_in_host_order)                                                              \
    X(ws_16_bit_length_is_signed)                                                                  \
    X(ws_long_length_shifts_payload)                                                               \
    X(ws_mask_leaves_tail)                                                                         \
    X(ws_mask_of_eight_reversed)                                                                   \
    X(ws_mask_of_zeros_refused)                                                                    \
    X(ws_mask_of_first_kept)                                                                       \
    X(ws_greeting_swallowed)                                                                       \
    X(ws_survey_id_in_host_order)                                                                  \
    X(ws_text_of_two_refused)                                                                      \
    X(ws_text_of_three_refused)                                                                    \
    X(ws_text_of_four_refused)                                                                     \
    X(ws_text_of_ascii_refused)                                                                    \
    X(ws_continuations_stay_text)                                                                  \
    /* ws_ping.c */                                                                                \
    X(ws_ping_delivered)                                                                           \
    X(ws_ping_unanswered)                                                                          \
    X(ws_pong_delivered)                                                                           \
    X(ws_pong_ends)                                                                                \
    X(ws_ping_answered_and_delivered)                                                              \
    X(ws_fragmented_ping_answered)                                                                 \
    X(ws_fragmented_pong_accepted)                                                                 \
    X(ws_long_ping_accepted)                                                                       \
    X(ws_long_pong_accepted)                                                                       \
    X(ws_ping_to_pub_dies)                                                                         \
    X(ws_ping_to_push_dies)                                                                        \
    X(ws_pong_empty)                                                                               \
    X(ws_pong_empty_for_longest)                                                                   \
    X(ws_empty_ping_answered_with_octet)                                                           \
    X(ws_pong_waits_for_message)                                                                   \
    X(ws_pong_masked_wrongly)                                                                      \
    /* ws_close.c */                                                                               \
    X(ws_close_ignored)                                                                            \
    X(ws_close_delivered)                                                                          \
    X(ws_close_to_pub_dies)                                                                        \
    X(ws_close_codes_below_1000)                                                                   \
    X(ws_close_codes_never_sent)                                                                   \
    X(ws_close_of_one_octet)                                                                       \
    X(ws_close_reason_unchecked)                                                                   \
    X(ws_long_close_accepted)                                                                      \
    X(ws_fragmented_close_ignored)                                                                 \
    X(ws_close_codes_private_refused)                                                              \
    X(ws_close_codes_registered_refused)                                                           \
    X(ws_close_reason_refused)                                                                     \
    X(ws_close_unanswered)                                                                         \
    X(ws_close_answered_with_1006)                                                                 \
    X(ws_close_answered_with_1011)                                                                 \
    X(ws_empty_close_answered_with_1005)                                                           \
    X(ws_close_two_octets_too_long)                                                                \
    X(ws_message_behind_close)                                                                     \
    X(ws_close_drops_unread)                                                                       \
    X(ws_message_behind_close_delivered)                                                           \
    X(ws_close_answered_stays_open)                                                                \
    X(ws_close_not_said)                                                                           \
    X(ws_close_says_1005)                                                                          \
    X(ws_close_says_1006_for_errors)                                                               \
    X(ws_close_says_1015_for_size)                                                                 \
    X(ws_close_says_0_for_text)                                                                    \
    X(ws_close_without_fin)                                                                        \
    X(ws_end_overtakes_messages)                                                                   \
    /* tls.c */                                                                                    \
    X(tls_1_0_accepted)                                                                            \
    X(tls_name_unchecked)                                                                          \
    X(tls_certificate_unchecked)                                                                   \
    X(tls_optional)                                                                                \
    X(tls_dies_of_clear_text)                                                                      \
    X(tls_server_greets_in_clear)                                                                  \
    X(tls_client_greets_in_clear)                                                                  \
    X(tls_client_goes_on_in_clear)                                                                 \
    X(tls_handshakes_one_after_another)                                                            \
    X(tls_hello_in_one_read)                                                                       \
    X(tls_no_close_notify)                                                                         \
    X(tls_key_update_ends)                                                                         \
    X(tls_close_notify_ends_all)                                                                   \
    X(tls_close_notify_ignored)                                                                    \
    X(tls_cut_completes_message)                                                                   \
    X(tls_second_record_damaged)                                                                   \
    X(tls_pair_greets_in_clear)                                                                    \
    X(tls_wrong_records_dropped)                                                                   \
    X(tls_octets_with_finished_lost)                                                               \
    X(tls_cut_ignored)
/* clang-format on */

#define WS_DECLARE(ident) extern const struct mutant ident;
WS_MUTANTS(WS_DECLARE)
#undef WS_DECLARE

#endif
