"""One message of every type that basewatch sends, as it is stored."""
import copy
import zlib

NOTICE = {
    "id": "17", "deployment": "triage", "source": None, "sink": None, "owner": "support-ml",
    "kind": "stale", "state": "open", "severity": "plan", "confidence": "confirmed",
    "technique": "fine-tuned", "tags": ["eu"], "platform": "openai", "base": "gpt-4o-mini-2024-07-18",
    "candidate": "gpt-4.1-mini-2025-04-14", "relation": "major", "via": "line",
    "train_on": "gpt-4.1-mini-2025-04-14", "route": "same-platform",
    "opened_at": "2026-11-23T18:00:00Z", "updated_at": "2026-11-23T18:00:00Z", "until": None,
    "train_by": "2027-01-06", "serve_until": None,
    "summary": "triage: gpt-4.1-mini-2025-04-14 supersedes its base gpt-4o-mini-2024-07-18 (major); "
               "expected cost $5,322.44 ($2,193.42 to $16,427.84); train before 2027-01-06",
    "estimate": {"low_usd": 2193.42, "expected_usd": 5322.44, "high_usd": 16427.84,
                 "cash": {"low_usd": 191.86, "expected_usd": 607.44, "high_usd": 3750.54},
                 "people": {"low_usd": 1613.71, "expected_usd": 4715, "high_usd": 15366.34},
                 "run_cost_delta_usd_per_month": 2710.5},
    "estimate_refused": None, "swap": None, "eval": None,
}
SWAP = dict(NOTICE, id="18", deployment="help-center", owner="web", kind="swap", severity="info",
            technique="rag", tags=[],
            base="gpt-4o-2024-08-06", candidate="gpt-4.1-2025-04-14", train_on=None, route=None,
            train_by=None, estimate=None, estimate_refused="no traffic is recorded",
            summary="help-center: gpt-4.1-2025-04-14 supersedes its base gpt-4o-2024-08-06 (major)",
            swap={"from": "gpt-4o-2024-08-06", "to": "gpt-4.1-2025-04-14",
                  "diff": "--- a/help.json\n+++ b/help.json\n@@ -1,3 +1,3 @@\n {\n"
                          "-  \"model\": \"gpt-4o-2024-08-06\"\n"
                          "+  \"model\": \"gpt-4.1-2025-04-14\"\n }\n"})
VERDICT = {"id": "5", "state": "finished", "verdict": "pass",
           "reason": "candidate passed 196 of 200 cases, baseline 190 of 200 cases: +3.0 points "
                     "(95 % interval -0.8 to +7.0)",
           "candidate": "gpt-4.1-2025-04-14", "tuned": None}
DIFFERENCE = {"difference": 0.03, "low": -0.007542, "high": 0.070371}


def run(role, model, passed):
    return {"role": role, "model": model, "cases": 200, "passed": passed, "failed": 200 - passed,
            "errors": 0, "models_seen": ["openai:chat:" + model], "mean_score": None,
            "cost_usd": 0.21, "duration_ms": 84000, "exit": 100}


EVAL = dict(
    {"summary": "help-center on gpt-4.1-2025-04-14: pass: " + VERDICT["reason"]}, **VERDICT,
    deployment="help-center", owner="web", notice="18", suite="help", trigger="runner",
    baseline="gpt-4o-2024-08-06", runner="evals-1", by_hand=False, expected_usd=3.2, **DIFFERENCE,
    runs=[run("baseline", "gpt-4o-2024-08-06", 190), run("candidate", "gpt-4.1-2025-04-14", 196)],
    waits_until=None, lease_until=None, created_at="2026-11-23T17:50:00Z",
    started_at="2026-11-23T17:55:00Z", finished_at="2026-11-23T18:00:00Z")
RETIRED = dict(NOTICE, id="19", kind="retired", severity="overdue", candidate=None, estimate=None,
               serve_until="2026-11-20", train_by=None, train_on=None,
               summary="triage: its base gpt-4o-mini-2024-07-18 has been retired")

MOVED = dict(NOTICE, id="20", kind="date-changed", severity="info", estimate=None,
             serve_until="2027-09-01", train_by=None,
             summary="triage: openai has moved a date: the end of its base: 2027-09-01, not 2027-06-01")
MINIMAL = dict({name: None for name in NOTICE}, id="17", deployment="triage", owner="support-ml",
               kind="stale", state="open", severity="plan", confidence="confirmed", tags=[],
               opened_at="2026-11-23T18:00:00Z", updated_at="2026-11-23T18:00:00Z",
               summary="triage: stale")


def event(kind, subject, data):
    told = " ".join(map(str, (kind, subject, data.get("state"), data.get("id"), data.get("severity"))))
    return {"specversion": "1.0", "id": "msg_01KAVQ0000%016d" % zlib.crc32(told.encode()),
            "source": "urn:basewatch:0123456789abcdef", "type": "io.basewatch." + kind,
            "subject": subject, "time": "2026-11-23T18:00:00Z", "timestamp": "2026-11-23T18:00:00Z",
            "datacontenttype": "application/json", "data": copy.deepcopy(data)}


def brief(notice, number, what="opened"):
    names = ("kind", "severity", "confidence", "candidate", "summary")
    return dict({"id": str(100 + number), "deployment": "d%02d" % number, "what": what},
                **{name: notice[name] for name in names})


MESSAGES = {
    "opened-stale": event("notice.opened", "triage", NOTICE),
    "opened-swap": event("notice.opened", "help-center", SWAP),
    "opened-retired": event("notice.opened", "triage", RETIRED),
    "summary": event("notice.opened", "support-ml", {
        "summary": "37 deployments of support-ml are behind a newer base", "owner": "support-ml",
        "count": 37, "notices": [brief(NOTICE, number) for number in range(20)]}),
    "opened-date-changed": event("notice.opened", "triage", MOVED),
    "opened-minimal": event("notice.opened", "triage", dict(MINIMAL, id="21")),
    "digest": event("notice.digest", "web", {
        "summary": "3 notices of web: 1 new, 1 come nearer, 1 settled", "owner": "web", "count": 3,
        "notices": [brief(RETIRED, 0, "reminder"), brief(NOTICE, 1), brief(SWAP, 2, "resolved")]}),
    "updated": event("notice.updated", "triage", dict(NOTICE, severity="act")),
    "unconfirmed": event("notice.reminder", "triage", dict(NOTICE, confidence="unconfirmed")),
    "acknowledged": event("notice.updated", "triage", dict(NOTICE, state="acknowledged")),
    "snoozed": event("notice.updated", "triage",
                     dict(NOTICE, state="snoozed", until="2026-12-24T00:00:00Z")),
    "waived": event("notice.updated", "triage", dict(NOTICE, state="waived")),
    "reminder": event("notice.reminder", "triage", dict(NOTICE, severity="act")),
    "resolved": event("notice.resolved", "triage", dict(NOTICE, state="resolved")),
    "cancelled": event("notice.resolved", "triage", dict(NOTICE, state="cancelled")),
    "superseded": event("notice.superseded", "triage", dict(NOTICE, state="superseded")),
    "verified": event("notice.updated", "help-center", dict(
        SWAP, state="verified", summary=SWAP["summary"] +
        "; its eval has passed: apply the line: basewatch swap help-center", eval=dict(VERDICT, **DIFFERENCE))),
    "requested": event("eval.requested", "help-center", dict(
        EVAL, state="running", verdict=None, reason=None, difference=None, low=None, high=None,
        runs=[], trigger="ci", runner="ci", lease_until="2026-11-23T23:55:00Z", finished_at=None,
        summary="help-center: run the suite help on gpt-4o-2024-08-06 and on gpt-4.1-2025-04-14; "
                "basewatch evals token 5")),
    "eval": event("eval.finished", "help-center", EVAL),
    "failing": event("source.failing", "openai", {
        "source": "openai", "summary": "source openai: GET /models: HTTP 500"}),
    "recovered": event("source.recovered", "openai", {
        "source": "openai", "summary": "the source lists a good set again"}),
    "sink-failing": event("sink.failing", "chat", {
        "sink": "chat", "summary": "sink 'chat': answered 404: channel_not_found"}),
    "sink-recovered": event("sink.recovered", "chat", {
        "sink": "chat", "summary": "the sink takes messages again"}),
    "test": event("test", "ops", {"summary": "a test message; nothing has happened"}),
}

# What strangers might put into names: markup, mentions, quotes, long runs of wide characters.
HOSTILE = "<!channel> @everyone & </p><script> ```` \" \\ " + "\u5927\U0001f600" * 4000
MESSAGES["hostile"] = event("notice.opened", HOSTILE, dict(
    NOTICE, deployment=HOSTILE, summary=HOSTILE, base=HOSTILE, candidate=HOSTILE, owner=HOSTILE,
    swap={"from": "a", "to": "b", "diff": HOSTILE * 3}))
MESSAGES["hostile-summary"] = event("notice.opened", HOSTILE, {
    "summary": HOSTILE, "owner": HOSTILE, "count": 10000,
    "notices": [dict(brief(NOTICE, number), summary=HOSTILE) for number in range(20)]})
