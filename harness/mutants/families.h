/* families.h -- the mutants that mutants.c lists, one file a family. */
#ifndef HARNESS_MUTANTS_FAMILIES_H
#define HARNESS_MUTANTS_FAMILIES_H
#include "mutants/mutant.h"

/* greeting.c */
extern const struct mutant greeting_reserved_ignored;
extern const struct mutant greeting_version_ignored;
extern const struct mutant greeting_first_octet_ignored;
extern const struct mutant greeting_type_ignored;
extern const struct mutant greeting_magic_in_any_case;
extern const struct mutant greeting_own_type_accepted;
extern const struct mutant greeting_unassigned_type_accepted;
extern const struct mutant greeting_swapped_type_accepted;
extern const struct mutant greeting_old_survey_accepted;
extern const struct mutant greeting_type_read_behind_message;
extern const struct mutant greeting_optional;
extern const struct mutant greeting_answers_http;
extern const struct mutant greeting_waits_for_tls;
extern const struct mutant greeting_buffer_shared;

/* announce.c */
extern const struct mutant pair0_announces_pair1;
extern const struct mutant pair1_announces_pair0;
extern const struct mutant pub_announces_type_swapped;
extern const struct mutant sub_announces_pub;
extern const struct mutant req_dialler_announces_rep;
extern const struct mutant rep_dialler_announces_req;
extern const struct mutant push_announces_pull;
extern const struct mutant pull_listener_announces_push;
extern const struct mutant surveyor_announces_first_version;
extern const struct mutant respondent_announces_first_version;
extern const struct mutant bus_announces_version_one;
extern const struct mutant pair_dialler_announces_version_one;
extern const struct mutant greeting_reserved_is_stale;
extern const struct mutant req_dialler_greets_last;
extern const struct mutant greeting_sent_again;
extern const struct mutant keepalive_messages;
extern const struct mutant greeting_of_seven_octets;
extern const struct mutant greeting_in_one_read;
extern const struct mutant greeting_read_drops_the_rest;
extern const struct mutant greeting_read_drops_part_of_length;
extern const struct mutant greeting_failure_ends_all;
extern const struct mutant greetings_one_after_another;

/* framing.c */
extern const struct mutant frame_length_in_host_order;
extern const struct mutant frame_reply_padded;
extern const struct mutant frame_length_counts_one_word;
extern const struct mutant frame_empty_not_sent;
extern const struct mutant frame_empty_sent_as_zero;
extern const struct mutant frame_sent_cut_at_64k;
extern const struct mutant frame_read_cut_at_64k;
extern const struct mutant frame_sent_without_last_octet;
extern const struct mutant frame_read_without_last_octet;
extern const struct mutant frame_header_moves_body;
extern const struct mutant frames_interleaved;
extern const struct mutant frame_held_back;

/* reading.c */
extern const struct mutant read_empty_swallowed;
extern const struct mutant read_empty_dies;
extern const struct mutant read_body_taken_for_greeting;
extern const struct mutant read_length_in_one_read;
extern const struct mutant read_body_in_one_read;
extern const struct mutant read_takes_512_messages;
extern const struct mutant read_queue_wraps_wrongly;
extern const struct mutant read_end_completes_message;
extern const struct mutant read_reset_completes_message;

/* limits.c */
extern const struct mutant limit_excludes_itself;
extern const struct mutant limit_lets_one_more_pass;
extern const struct mutant limit_never_above_one_mib;
extern const struct mutant limit_below_one_mib;
extern const struct mutant length_2_63_dies;
extern const struct mutant length_2_64_less_8_dies;
extern const struct mutant length_2_64_less_1_dies;
extern const struct mutant length_2_32_dies;
extern const struct mutant length_cut_to_32_bits;
extern const struct mutant length_2_31_dies;
extern const struct mutant length_ends_accepting;

/* ipc.c */
extern const struct mutant ipc_short_reply_of_type_00;
extern const struct mutant ipc_empty_message_of_type_00;
extern const struct mutant ipc_length_counts_type;
extern const struct mutant ipc_type_in_small_buffer;
extern const struct mutant ipc_type_ignored;
extern const struct mutant ipc_type_00_accepted;
extern const struct mutant ipc_type_02_accepted;
extern const struct mutant ipc_type_dies;
extern const struct mutant ipc_type_before_greeting;
extern const struct mutant ipc_greeting_type_ignored;
extern const struct mutant ipc_greeting_head_ignored;
extern const struct mutant ipc_file_left_behind;
extern const struct mutant ipc_listener_replaced;
extern const struct mutant ipc_stale_file_in_the_way;
extern const struct mutant ipc_pipes_end_with_file;

/* connection.c */
extern const struct mutant dial_given_up_after_three;
extern const struct mutant dial_given_up_when_refused;
extern const struct mutant dial_given_up_when_closed;
extern const struct mutant dial_given_up_after_reset;
extern const struct mutant dial_given_up_after_bad_greeting;
extern const struct mutant dial_reads_old_octets;
extern const struct mutant dial_dies_of_flash;
extern const struct mutant dial_dies_of_reset_flash;
extern const struct mutant dial_shared_by_sockets;
extern const struct mutant reconnect_max_ignored;
extern const struct mutant reconnect_max_exceeded;
extern const struct mutant reconnect_max_0_grows;
extern const struct mutant reconnect_without_delay;
extern const struct mutant listen_takes_63_peers;
extern const struct mutant listen_outlives_socket;
extern const struct mutant one_transport_a_socket;
extern const struct mutant send_before_any_peer_fails;
extern const struct mutant close_keeps_connections;
extern const struct mutant close_sends_empty_message;

/* inproc.c */
extern const struct mutant inproc_empty_swallowed;
extern const struct mutant inproc_header_lost;
extern const struct mutant inproc_subscription_ignored;
extern const struct mutant inproc_pair_peer_displaced;
extern const struct mutant inproc_queue_for_all;

/* robust.c */
extern const struct mutant abort_in_greeting_ends_accepting;
extern const struct mutant reset_in_greeting_dies;
extern const struct mutant close_in_greeting_dies;
extern const struct mutant http_load_dies;
extern const struct mutant reset_in_message_ends_all;
extern const struct mutant reset_in_message_dies;
extern const struct mutant close_in_message_dies;
extern const struct mutant end_drops_unread;
extern const struct mutant half_closed_swallows;
extern const struct mutant stall_in_message_stalls_all;
extern const struct mutant blocked_peer_blocks_all;
extern const struct mutant lost_peer_last_message_again;
extern const struct mutant lost_peer_leaves_torn_message;
extern const struct mutant message_to_pub_dies;
extern const struct mutant message_to_push_dies;
extern const struct mutant close_waits_for_message;

#endif
