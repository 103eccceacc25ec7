import { service as claims } from '@backroom/claims/service'
import { type SigningAuthority, startDomainService } from '@backroom/fleet-testing'
import { defineService, definitionsFor, type Service } from '@backroom/mcp-service'
import { service as logistics } from '@backroom/tms/service'
import type { ColumnType, Generated } from 'kysely'
import { z } from 'zod'

interface Tables {
  asked: { id: Generated<number>; tool: string; args: ColumnType<Record<string, unknown>, string, string> }
}

const { defineTool } = definitionsFor<Tables>()

/**
 * A server in the place of one whose processes cannot run in the process of the test: it takes what that server's tools
 * take, notes what it is asked for, and answers as that server would.
 */
async function standIn(
  real: Service,
  answers: Record<string, (args: Record<string, unknown>) => Record<string, unknown>>,
  authority: SigningAuthority,
) {
  const tools = Object.entries(answers).map(([name, answer]) => {
    const { scope, effect, input } = real.tools.find((tool) => tool.name === name) ?? missing(name)
    return defineTool({
      ...{ name, description: name, scope, effect, input: input as z.ZodObject, output: z.looseObject({}) },
      repeat: 'natural',
      text: () => name,
      handle: async (args, { db }) => {
        if (effect !== 'read')
          await db
            .insertInto('asked')
            .values({ tool: name, args: JSON.stringify(args) })
            .execute()
        return answer(args)
      },
    })
  })
  const service = defineService({ domain: real.domain, instructions: '', tools, resources: [], prompts: [] })
  const migrations = new URL('./stand-in-migrations/', import.meta.url)
  const running = await startDomainService<Tables>({ service, migrations, authority })
  return {
    address: running.address,
    /** What it was asked for, by tool. */
    asked: async (tool: string): Promise<Record<string, unknown>[]> => {
      const rows = await running.db.selectFrom('asked').selectAll().where('tool', '=', tool).orderBy('id').execute()
      return rows.map(({ args }) => args)
    },
    stop: () => running.stop(),
  }
}

function missing(name: string): never {
  throw new Error(`There is no tool ${name} to stand in for.`)
}

/** Logistics: one shipment a return, whose status the test decides. */
export async function startLogistics(authority: SigningAuthority) {
  const state = { status: 'labelled' }
  const server = await standIn(
    logistics,
    {
      create_shipment: ({ rma_number }) => ({ shipment_id: `shp_${rma_number}`, status: 'created' }),
      buy_label: ({ shipment_id }) => ({
        label_id: `lbl_${shipment_id}`,
        shipment_id,
        tracking_no: `TRK${shipment_id}`,
        carrier: 'simulated',
        cost_minor: 640,
        currency: 'USD',
      }),
      schedule_pickup: ({ shipment_id }) => ({ shipment_id, booking_ref: `pick_${shipment_id}`, status: 'confirmed' }),
      intercept_shipment: ({ shipment_id }) => ({ shipment_id, intercepted: true, status: 'voided' }),
      track_shipment: ({ shipment_id }) => ({ shipment_id, status: state.status }),
    },
    authority,
  )
  return { ...server, state }
}

/** Claims: a draft for every wish, and the claims of orders that the test makes up. */
export async function startClaims(authority: SigningAuthority) {
  let drafts = 0
  const state = { claims: new Map<unknown, object[]>() }
  const server = await standIn(
    claims,
    {
      open_claim: () => ({ claim_number: `CLM-TEST-${++drafts}`, status: 'draft' }),
      list_claims: ({ order_id }) => ({ items: state.claims.get(order_id) ?? [] }),
    },
    authority,
  )
  return { ...server, state }
}
