-- Where the trace stands in which a workflow was begun (W3C Trace Context), so that whichever process runs it goes on there.
-- Null where nothing is traced.
alter table saga add column traceparent text;
