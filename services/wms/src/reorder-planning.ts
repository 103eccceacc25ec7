import { DAY_MS, type Day, daysAfter } from '@backroom/calendar'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import { demandThrough, LOOK_BACK_DAYS } from './demand.ts'
import { warehousesOfRegion } from './master-data.ts'
import { PLAN_DAYS, type ReorderPlan, readPlan } from './reorder-plan.ts'
import { deliverable, safetyStock, statisticsOf } from './replenishment.ts'

export interface PlanRequest {
  region: string
  /** Probability, between 0.5 and 1, of not running out while an order is under way. */
  serviceLevel: number
  /** Most that the plan may cost, in minor units of USD. */
  budgetMinor?: number | undefined
  actor: string
}

/** A plan looks at this many of the emptiest shelves; what is left comes into the next plan. */
const MAX_LINES = 200
/** The plan is made in one currency; SKUs that are bought in another are left out. */
const CURRENCY = 'USD'
/**
 * Works out what to order for the shelves below their reorder point, the emptiest first, within the budget, and keeps
 * the plan for a week. Nothing is ordered.
 *
 * @throws {BusinessError} not_found for an unknown region
 */
export async function planReorders(
  db: Kysely<Tables>,
  { region, serviceLevel, budgetMinor, actor }: PlanRequest,
): Promise<ReorderPlan> {
  const through = await demandThrough(db)
  const shelves = await emptiestShelves(db, await warehousesOfRegion(db, region), through)
  const lines = withinBudget(
    shelves.map((shelf) => lineFor(shelf, serviceLevel)).filter(({ quantity }) => quantity > 0),
    budgetMinor,
  )
  const id = `plan_${ulid()}`
  await db
    .insertInto('reorder_plan')
    .values({
      id,
      region,
      service_level: serviceLevel,
      budget_minor: budgetMinor ?? null,
      demand_through: through,
      currency: CURRENCY,
      created_by: actor,
      expires_at: new Date(Date.now() + PLAN_DAYS * DAY_MS),
    })
    .execute()
  if (lines.length > 0) {
    const rows = lines.map((line, index) => ({ ...line, plan_id: id, line_no: index + 1 }))
    await sql`
      insert into reorder_plan_line
      select * from json_populate_recordset(null::reorder_plan_line, ${JSON.stringify(rows)}::json)`.execute(db)
  }
  return readPlan(db, id)
}

interface Shelf {
  sku: string
  warehouse_id: string
  supplier_id: string
  available: number
  /** On the way from suppliers and other warehouses. */
  incoming: number
  lead_time_days: number
  review_days: number
  moq: number
  pack_multiple: number
  unit_cost_minor: number
  sold: number
  sold_squares: number
}

type Line = Omit<ReorderPlan['lines'][number], 'plan_id' | 'line_no'>

async function emptiestShelves(db: Kysely<Tables>, warehouses: readonly string[], through: Day): Promise<Shelf[]> {
  const { rows } = await sql<Shelf>`
    select l.*, d.sold, d.sold_squares
    from (
      select b.sku, b.warehouse_id, b.available, b.incoming + b.in_transit as incoming, p.supplier_id, p.lead_time_days, p.review_days, s.moq,
        s.pack_multiple, s.unit_cost_minor, b.available::float8 / b.reorder_point as filled
      from low_stock low
      join stock_balance b on b.sku = low.sku and b.warehouse_id = low.warehouse_id
      join stock_policy p on p.sku = low.sku and p.warehouse_id = low.warehouse_id
      join sku s on s.id = low.sku
      where low.warehouse_id = any(${warehouses}) and s.currency = ${CURRENCY}
      order by filled, b.sku, b.warehouse_id limit ${MAX_LINES}
    ) l, lateral (
      select coalesce(sum(ordered_qty), 0) as sold, coalesce(sum(ordered_qty * ordered_qty), 0) as sold_squares
      from demand_daily d where d.sku = l.sku and d.warehouse_id = l.warehouse_id
        and d.day > ${daysAfter(through, -LOOK_BACK_DAYS)} and d.day <= ${through}
    ) d
    order by l.filled, l.sku, l.warehouse_id`.execute(db)
  return rows
}

function lineFor(shelf: Shelf, serviceLevel: number): Line {
  const demand = statisticsOf(shelf.sold, shelf.sold_squares, LOOK_BACK_DAYS)
  const safety = safetyStock(serviceLevel, demand, shelf.lead_time_days)
  const reorderPoint = Math.ceil(demand.mean * shelf.lead_time_days) + safety
  const upTo = reorderPoint + Math.ceil(demand.mean * shelf.review_days)
  const quantity = deliverable(upTo - shelf.available - shelf.incoming, {
    moq: shelf.moq,
    packMultiple: shelf.pack_multiple,
  })
  return {
    sku: shelf.sku,
    warehouse_id: shelf.warehouse_id,
    supplier_id: shelf.supplier_id,
    quantity,
    reorder_point: reorderPoint,
    safety_stock: safety,
    unit_cost_minor: shelf.unit_cost_minor,
    cost_minor: quantity * shelf.unit_cost_minor,
    why: `${shelf.available} available and ${shelf.incoming} on the way; ${demand.mean.toFixed(2)} sold a day (sd ${demand.sd.toFixed(2)}), ${shelf.lead_time_days} days lead time.`,
  }
}

/** Takes lines in order as long as the next one still fits; a cheaper one later may take its place. */
function withinBudget(lines: readonly Line[], budgetMinor: number | undefined): Line[] {
  let left = budgetMinor ?? Number.POSITIVE_INFINITY
  return lines.filter(({ cost_minor }) => {
    if (cost_minor > left) return false
    left -= cost_minor
    return true
  })
}
