-- Empty, or something is wrong: what an order says of itself against the rows that it follows from.
create view order_differences as
with line as (
  select order_id, sum(paid_minor) as paid, sum(qty_ordered) as ordered, sum(qty_current) as current,
    sum(qty_shipped) as shipped, sum(qty_delivered) as delivered, sum(qty_returned) as returned
  from order_line group by order_id
), change as (
  select order_id, sum(amount_minor) as amount, sum(amount_minor) filter (where kind = 'edit') as edited
  from adjustment group by order_id
), money as (
  select order_id, sum(amount_minor) filter (where kind = 'authorized') as authorized,
    sum(amount_minor) filter (where kind = 'captured') as captured,
    sum(amount_minor) filter (where kind = 'voided') as voided,
    sum(amount_minor) filter (where kind = 'refunded') as refunded
  from money_movement group by order_id
), failed as (
  select s.order_id, sum(l.qty) as units from shipment s join shipment_line l using (shipment_ref)
  where s.status = 'failed' group by s.order_id
), of_order as (
  select o.*, l.paid, l.current, l.shipped, l.delivered, l.returned, coalesce(f.units, 0) as undeliverable,
    coalesce(c.amount, 0) as adjusted, coalesce(c.edited, 0) as edited,
    coalesce(m.authorized, 0) as m_authorized, coalesce(m.captured, 0) as m_captured,
    coalesce(m.voided, 0) as m_voided, coalesce(m.refunded, 0) as m_refunded
  from orders o left join line l on l.order_id = o.id left join change c on c.order_id = o.id
    left join money m on m.order_id = o.id left join failed f on f.order_id = o.id
), per_order as (
  select o.id as order_id, v.* from of_order o, lateral (values
    ('lines are paid as the order', (o.grand_minor + o.edited)::text, o.paid::text),
    ('due is grand plus adjustments', (o.grand_minor + o.adjusted)::text, o.due_minor::text),
    ('authorized', o.m_authorized::text, o.authorized_minor::text),
    ('captured', o.m_captured::text, o.captured_minor::text),
    ('voided', o.m_voided::text, o.voided_minor::text),
    ('refunded', o.m_refunded::text, o.refunded_minor::text),
    ('payment_status', case
        when o.dispute_open then 'disputed'
        when o.captured_minor > 0 then case
          when o.captured_minor <= o.refunded_minor then 'refunded'
          when o.captured_minor - o.refunded_minor > o.due_minor then 'overcharged'
          when o.refunded_minor > 0 then 'partially_refunded'
          when o.captured_minor = o.due_minor then 'captured'
          else 'partially_captured' end
        when o.authorized_minor > o.voided_minor then 'authorized'
        else 'none' end, o.payment_status),
    ('fulfillment_status', case
        when o.shipped = 0 then 'unfulfilled'
        when o.delivered = o.current then 'delivered'
        when o.delivered > 0 then 'partially_delivered'
        when o.undeliverable = o.shipped then 'failed'
        when o.shipped = o.current then 'shipped'
        else 'partially_shipped' end, o.fulfillment_status),
    ('return_status', case
        when o.returned > 0 then case when o.returned = o.current then 'returned' else 'partial' end
        when o.return_open then 'requested'
        else 'none' end, o.return_status),
    ('on hold while a hold is open', 'a hold', case when o.status = 'on_hold' and not exists (
        select from order_hold h where h.order_id = o.id and h.released_at is null) then 'none' else 'a hold' end),
    ('placed', 'an event', case when exists (
        select from order_event e where e.order_id = o.id and e.type = 'order.placed') then 'an event' else 'none' end)
  ) as v (what, expected, found)
), sent as (
  select l.order_line_id, sum(l.qty) filter (where s.status <> 'packed') as shipped,
    sum(l.qty) filter (where s.status = 'delivered') as delivered
  from shipment_line l join shipment s using (shipment_ref) group by l.order_line_id
), to_send as (
  select l.order_line_id, sum(l.qty - l.qty_shipped) as open, sum(l.qty_shipped) as shipped
  from fo_line l join fulfillment_order f on f.id = l.fulfillment_order_id group by l.order_line_id
), cut as (
  select order_line_id, sum(-qty) as units from adjustment where kind = 'cancel' group by order_line_id
), draw as (
  select order_line_id, sum(qty) as qty, sum(minor) as minor from entitlement_draw
  where state in ('held', 'used') group by order_line_id
), per_line as (
  select l.order_id, l.id || ' ' || v.what, v.expected::text, v.found::text
  from order_line l left join entitlement e on e.order_line_id = l.id
    left join draw d on d.order_line_id = l.id left join sent s on s.order_line_id = l.id
    left join to_send t on t.order_line_id = l.id left join cut c on c.order_line_id = l.id,
    lateral (values
      ('compensable units', l.qty_ordered, e.compensable_qty),
      ('compensable amount', l.paid_minor, e.compensable_minor),
      ('taken units', coalesce(d.qty, 0), e.taken_qty),
      ('taken amount', coalesce(d.minor, 0), e.taken_minor),
      ('cancelled units', coalesce(c.units, 0), l.qty_cancelled),
      ('shipped units', coalesce(s.shipped, 0), l.qty_shipped),
      ('shipped units of fulfilment orders', coalesce(t.shipped, 0), l.qty_shipped),
      ('delivered units', coalesce(s.delivered, 0), l.qty_delivered),
      ('reserved units', coalesce(t.open, 0), l.qty_reserved)
    ) as v (what, expected, found)
)
select order_id, what as "check", expected, found from per_order where expected is distinct from found
union all
select * from per_line as p (order_id, "check", expected, found) where expected is distinct from found;

-- Empty, or something is wrong: the demand of each SKU against the lines that were ordered and not cancelled.
create view demand_differences as
with counted as (
  select sku, day, sum(qty) as qty from (
    select sku, day, qty from sku_demand_daily union all select sku, day, qty from demand_delta) d group by sku, day
), ordered as (
  select sku, (placed_at at time zone 'utc')::date as day, sum(qty_current) as qty from order_line group by 1, 2
)
select sku, day, coalesce(o.qty, 0) as ordered, coalesce(c.qty, 0) as counted
from ordered o full join counted c using (sku, day) where coalesce(o.qty, 0) <> coalesce(c.qty, 0);
