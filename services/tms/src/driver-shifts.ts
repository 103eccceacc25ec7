import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

/**
 * Has the status of drivers follow the clock: whoever is on the road has a break when the route says so, and who has
 * nothing to drive is off outside the usual shift.
 *
 * @returns how many changed
 */
export async function followShifts(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql`
    with place as (
      select d.id, d.status, extract(isodow from now() at time zone p.timezone) = any(d.weekdays)
          and (now() at time zone p.timezone)::time between d.shift_starts::time and d.shift_ends::time as on_shift,
        exists (select from route r, jsonb_to_recordset(r.breaks) as b(starts_at timestamptz, seconds integer)
          where r.driver_id = d.id and r.status = 'in_progress'
            and now() between b.starts_at and b.starts_at + make_interval(secs => b.seconds)) as on_break
      from driver d join depot p on p.id = d.depot_id
    ), due as (
      select id, case
          when status in ('on_route', 'break') then case when on_break then 'break' else 'on_route' end
          when status in ('available', 'off') then case when on_shift then 'available' else 'off' end
          else status end as status
      from place)
    update driver d set status = due.status from due where due.id = d.id and due.status <> d.status
    returning d.id`.execute(db)
  return rows.length
}
