/* daemon/cli/backtest/record.c: see record.h. */
#include "cli/backtest/record.h"

#include "codec/json.h"

void bw_record_append(struct bw_str *out, const struct bw_fleet_member *member,
                      const struct bw_notice_event *event, const struct bw_notice *notice)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_add_day(&w, "at", event->at_ms);
    bw_json_add_text(&w, "event", event->event);
    bw_json_add_id(&w, "notice", notice->id);
    bw_json_add_text(&w, "deployment", notice->subject);
    bw_json_add_text(&w, "owner", notice->owner);
    bw_json_add_text(&w, "technique", bw_technique_word(member->deployment->technique));
    bw_json_add_text(&w, "platform", member->platform);
    bw_json_add_text(&w, "model", notice->base);
    bw_json_add_text(&w, "kind", bw_notice_kind_word(notice->kind));
    bw_json_add_text(&w, "severity", bw_severity_word(notice->severity));
    bw_json_add_text(&w, "candidate", notice->candidate);
    bw_json_add_text(&w, "relation", notice->relation);
    bw_json_add_text(&w, "via", notice->via);
    bw_json_add_text(&w, "train_on", notice->train_on);
    bw_json_add_text(&w, "route", notice->route);
    bw_json_add_day(&w, "train_by", notice->train_by_ms);
    bw_json_add_day(&w, "serve_until", notice->serve_until_ms);
    bw_json_add_raw(&w, "estimate", notice->estimate);
    bw_json_add_text(&w, "estimate_refused", notice->refused);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}
