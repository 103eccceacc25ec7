import { processesInTrouble, type Trouble } from '@backroom/workflows/reconcile'
import type { Kysely } from 'kysely'
import { type Check, defineCheck } from './check.ts'

const todos: Record<Trouble, string> = {
  parked:
    'Once the cause is gone: npm run processes -- retry ID, or retry_saga_step; compensate_saga undoes one of orders.',
  overdue: 'Look at get_saga for the step it is at; compensate_saga undoes it.',
  'not started': 'Is a process of this server running? It starts what was begun within seconds.',
  lost: 'Report a fault: the engine has ended it without a result. compensate_saga undoes it.',
  'not reported': 'Does orders answer? It is reported as soon as it does.',
}

/** Processes of one domain that do not get on by themselves. */
const processesOf = (domain: 'oms' | 'wms' | 'tms' | 'rma' | 'claims' | 'payments') =>
  defineCheck({
    name: `processes of ${domain}: none parked, overdue or lost`,
    needs: [domain],
    async run(books) {
      const { rows, troubled } = await processesInTrouble(books[domain] as Kysely<unknown>, domain)
      return {
        rows,
        underWay: 0,
        differences: troubled.map(({ id, kind, subject, trouble, reason }) => ({
          subject: `process ${id}`,
          says: `${kind} of ${subject} is ${trouble}${reason ? `: ${reason}` : ''}`,
          todo: todos[trouble],
        })),
      }
    },
  })

export const processes: Check[] = (['oms', 'wms', 'tms', 'rma', 'claims', 'payments'] as const).map(processesOf)
