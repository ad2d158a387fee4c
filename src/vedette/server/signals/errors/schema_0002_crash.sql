-- What tells that two errors are reports of one crash, by different sources (docs/decisions/0012-one-crash-once.md).
-- `crash`: the same in one trace for the same exception. OpenTelemetry names its type with the module, Sentry without,
-- and SDKs cut long messages; 0 when there is no trace or no type.
-- `reference`: the same in a Sentry event and in what names it as `sentry.event_id`; 0 when nothing does.
-- `richness`: how much the source tells. An OTLP log record has no transaction, a span event has its span's name.
-- shard_by: sipHash64(event_id)
ALTER TABLE errors
    ADD COLUMN crash UInt64 MATERIALIZED
        if(trace_id = '' OR type = '', 0,
            cityHash64(trace_id, arrayElement(splitByChar('.', type), -1), leftUTF8(trimBoth(value), 200))),
    ADD COLUMN reference UInt64 MATERIALIZED
        multiIf(
            source = 'sentry', cityHash64(event_id),
            tags['sentry.event_id'] != '', cityHash64(lower(replaceAll(tags['sentry.event_id'], '-', ''))),
            0),
    ADD COLUMN richness UInt8 MATERIALIZED
        multiIf(source = 'sentry', 3, source = 'posthog', 2, transaction = '', 1, 0);
