/* mutants.c -- all mutants, by family. */
#include "mutants/families.h"
#include "mutants/patterns.h"
#include <string.h>

const struct mutant *const mutants[] = {
    PATTERN_MUTANTS(PATTERN_MUTANT_LISTED)
        /* greeting.c */
        & greeting_reserved_ignored,
    &greeting_version_ignored,
    &greeting_first_octet_ignored,
    &greeting_type_ignored,
    &greeting_magic_in_any_case,
    &greeting_own_type_accepted,
    &greeting_unassigned_type_accepted,
    &greeting_swapped_type_accepted,
    &greeting_old_survey_accepted,
    &greeting_type_read_behind_message,
    &greeting_optional,
    &greeting_answers_http,
    &greeting_waits_for_tls,
    &greeting_buffer_shared,
    /* announce.c */
    &pair0_announces_pair1,
    &pair1_announces_pair0,
    &pub_announces_type_swapped,
    &sub_announces_pub,
    &req_dialler_announces_rep,
    &rep_dialler_announces_req,
    &push_announces_pull,
    &pull_listener_announces_push,
    &surveyor_announces_first_version,
    &respondent_announces_first_version,
    &bus_announces_version_one,
    &pair_dialler_announces_version_one,
    &greeting_reserved_is_stale,
    &req_dialler_greets_last,
    &greeting_sent_again,
    &keepalive_messages,
    &greeting_of_seven_octets,
    &greeting_in_one_read,
    &greeting_read_drops_the_rest,
    &greeting_read_drops_part_of_length,
    &greeting_failure_ends_all,
    &greetings_one_after_another,
    /* framing.c */
    &frame_length_in_host_order,
    &frame_reply_padded,
    &frame_length_counts_one_word,
    &frame_empty_not_sent,
    &frame_empty_sent_as_zero,
    &frame_sent_cut_at_64k,
    &frame_read_cut_at_64k,
    &frame_sent_without_last_octet,
    &frame_read_without_last_octet,
    &frame_header_moves_body,
    &frames_interleaved,
    &frame_held_back,
    /* reading.c */
    &read_empty_swallowed,
    &read_empty_dies,
    &read_body_taken_for_greeting,
    &read_length_in_one_read,
    &read_body_in_one_read,
    &read_takes_512_messages,
    &read_queue_wraps_wrongly,
    &read_end_completes_message,
    &read_reset_completes_message,
    /* limits.c */
    &limit_excludes_itself,
    &limit_lets_one_more_pass,
    &limit_never_above_one_mib,
    &limit_below_one_mib,
    &length_2_63_dies,
    &length_2_64_less_8_dies,
    &length_2_64_less_1_dies,
    &length_2_32_dies,
    &length_2_31_dies,
    &length_ends_accepting,
    /* ipc.c */
    &ipc_short_reply_of_type_00,
    &ipc_empty_message_of_type_00,
    &ipc_length_counts_type,
    &ipc_type_in_small_buffer,
    &ipc_type_ignored,
    &ipc_type_00_accepted,
    &ipc_type_02_accepted,
    &ipc_type_dies,
    &ipc_type_before_greeting,
    &ipc_greeting_type_ignored,
    &ipc_greeting_head_ignored,
    &ipc_file_left_behind,
    &ipc_listener_replaced,
    &ipc_stale_file_in_the_way,
    &ipc_pipes_end_with_file,
};
const size_t mutant_count = sizeof mutants / sizeof mutants[0];

const struct mutant *mutant_find(const char *name)
{
    for (size_t i = 0; i < mutant_count; i++)
        if (strcmp(mutants[i]->name, name) == 0)
            return mutants[i];
    return NULL;
}
