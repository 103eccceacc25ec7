-- Empty, or something is wrong: claims and recoveries against the rows that they follow from.
create view claim_differences as
select 'approved' as what, c.number as id, coalesce(sum(l.approved_minor), 0)::text as expected,
  coalesce(c.approved_minor, 0)::text as found
from claim c join claim_line l on l.claim_id = c.id
group by c.id having coalesce(sum(l.approved_minor), 0) <> coalesce(c.approved_minor, 0)
union all
select 'requested', c.number, sum(l.requested_minor)::text, c.requested_minor::text
from claim c join claim_line l on l.claim_id = c.id
group by c.id having sum(l.requested_minor) <> c.requested_minor
union all
select 'settlement', c.number, coalesce(s.status, 'none'), c.status
from claim c left join settlement s on s.claim_id = c.id and s.status <> 'failed'
where (c.status = 'settling') <> (s.status is not distinct from 'pending')
  or (c.status in ('settled', 'closed')) <> (s.status is not distinct from 'succeeded')
union all
select 'settled', c.number, c.approved_minor::text, s.amount_minor::text
from claim c join settlement s on s.claim_id = c.id and s.status <> 'failed'
where s.amount_minor <> c.approved_minor
union all
select 'history of a claim', c.number, coalesce(e.to_status, 'none'), c.status
from claim c left join lateral (
  select to_status from claim_event where claim_id = c.id and to_status is not null order by id desc limit 1) e on true
where e.to_status is distinct from c.status
union all
select 'history of a recovery', r.id, coalesce(e.to_status, 'none'), r.status
from recovery r left join lateral (
  select to_status from recovery_event where recovery_id = r.id and to_status is not null order by id desc limit 1) e on true
where e.to_status is distinct from r.status
union all
select 'deadline', r.id, case r.status when 'identified' then 'file' else 'decide' end, 'none'
from recovery r
where r.status in ('identified', 'filed') and not exists (
  select from recovery_deadline d where d.recovery_id = r.id and d.ended_at is null
    and d.step = case r.status when 'identified' then 'file' else 'decide' end);
