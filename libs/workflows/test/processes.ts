import { BusinessError } from '@backroom/mcp-service/errors'
import type { Kysely } from 'kysely'
import { defineWorkflow, type Steps } from '../src/index.ts'

export interface Tables {
  effect: { id: number; workflow_id: string; name: string }
}

const define = defineWorkflow<Tables>()

type Arguments = Record<string, unknown>

/** A step whose effect can be counted. */
const effect = (steps: Steps<Tables>, name: string) =>
  steps.transaction(name, async (db) => {
    await leaveEffect(db, steps.workflowId, name)
    return name
  })

export async function leaveEffect(db: Kysely<Tables>, workflow_id: string, name: string): Promise<void> {
  await db
    .insertInto('effect')
    .values({ workflow_id, name } as never)
    .execute()
}

/** Reserves, pays, ends: the shape of most processes. Arguments of the callee make each call fail as wanted. */
export const purchase = define({
  name: 'purchase',
  kind: 'purchase',
  deadlineMs: 20_000,
  async run(input: { pay?: Arguments; refund?: Arguments; deliver?: Arguments; refuse?: boolean }, steps) {
    const reserved = await effect(steps, 'reserve')
    steps.undo('reserve', () => effect(steps, 'release'))
    const paid = await steps.call<{ times: number }>('pay', 'payments', 'pay', input.pay ?? {})
    steps.undo('pay', () => steps.call('refund', 'payments', 'refund', input.refund ?? {}))
    if (input.refuse) {
      await steps.transaction('check', async (db) => {
        await leaveEffect(db, steps.workflowId, 'check')
        throw new BusinessError('insufficient_stock', 'There is too little.', { details: { available: 2 } })
      })
    }
    await effect(steps, 'confirm')
    steps.undo('confirm', () => effect(steps, 'cancel'))
    steps.pivot()
    await steps.call('deliver', 'wms', 'deliver', input.deliver ?? {})
    return { reserved, paid: paid.times, at: await steps.now() }
  },
})

/** Takes so many steps, if it is not refused at one of them. */
export const chain = define({
  name: 'chain',
  kind: 'chain',
  async run({ length, refusedAt }: { length: number; refusedAt: number }, steps) {
    for (let step = 0; step < length; step++) {
      if (step === refusedAt) await steps.remote('refuse', () => Promise.reject(new BusinessError('conflict', 'No.')))
      await effect(steps, `do ${step}`)
      steps.undo(`do ${step}`, () => effect(steps, `undo ${step}`))
    }
    return length
  },
})

/** Waits for a message. */
export const conversation = define({
  name: 'conversation',
  kind: 'conversation',
  async run({ waitMs }: { waitMs: number }, steps) {
    await effect(steps, 'asked')
    return { answer: (await steps.receive<string>('answer', waitMs)) ?? null }
  },
})

/** Is undone when its time is over. */
export const hurried = define({
  name: 'hurried',
  kind: 'hurried',
  deadlineMs: 300,
  async run(_: Record<string, never>, steps) {
    await effect(steps, 'first')
    steps.undo('first', () => effect(steps, 'undo first'))
    await steps.sleep(400)
    await effect(steps, 'second')
  },
})

/** Leaves its mark, in a partition or after a while. */
export const mark = define({
  name: 'mark',
  kind: 'mark',
  run: ({ text }: { text: string }, steps) => effect(steps, text),
})

/** Five steps with a pause after each, so that a process can be killed between any two. */
export const journey = define({
  name: 'journey',
  kind: 'journey',
  async run({ fails }: { fails?: boolean }, steps) {
    for (let leg = 1; leg <= 5; leg++) {
      await effect(steps, `leg ${leg}`)
      steps.undo(`leg ${leg}`, async () => {
        await effect(steps, `back ${leg}`)
        await steps.sleep(100)
      })
      await steps.sleep(100)
    }
    if (fails)
      await steps.transaction('arrive', () => Promise.reject(new BusinessError('conflict', 'The road is closed.')))
    steps.pivot()
    return 'arrived'
  },
})

/** Ends its process. */
export const poison = define({
  name: 'poison',
  kind: 'poison',
  async run(_: Record<string, never>, steps) {
    await effect(steps, 'before')
    await steps.remote('swallow', async () => process.kill(process.pid, 'SIGKILL'))
  },
})

export const processes = [purchase, chain, conversation, hurried, mark, journey, poison]
