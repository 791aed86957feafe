#include "serve/chat.h"

static const char *string_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    size_t n = json_string_length(value);
    return n > 0 && n <= CHAT_TEXT_MAX ? json_string_value(value) : NULL;
}

json_t *chat_take(struct chat *chat, const json_t *posted)
{
    const char *knock = string_of(posted, "knock");
    const char *who = string_of(posted, "who"), *text = string_of(posted, "text");
    if (knock)
        return json_pack("{s:s}", "knock", knock);
    if (!who || !text || (!chat->log && !(chat->log = json_array())))
        return NULL;
    json_t *message = json_pack("{s:I, s:s, s:s}", "n", chat->last + 1, "who", who, "text", text);
    if (!message || json_array_append(chat->log, message) != 0) {
        json_decref(message);
        return NULL;
    }
    chat->last++;
    if (json_array_size(chat->log) > CHAT_LOG_MAX)
        json_array_remove(chat->log, 0);
    return message;
}

json_t *chat_log(struct chat *chat)
{
    return chat->log ? json_incref(chat->log) : json_array();
}

void chat_free(struct chat *chat)
{
    json_decref(chat->log);
}
