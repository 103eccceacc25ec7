import { writeTools } from '../matrix/tools.ts'
import type { Retail } from './retail.ts'

/** Lets desks act without another person, where a policy may say so: how people decide is proven elsewhere. */
export async function askNobody({ policy }: Pick<Retail, 'policy'>): Promise<void> {
  await policy('payments', 'delete from approval_rule')
  await policy('oms', ruleFor('oms', 'account', '*'))
  await policy('payments', ruleFor('payments', 'kind', '*'))
  await policy('rma', `delete from approval_rule where account = 'staff-returns'`)
  await policy('rma', ruleFor('rma', 'account', 'staff-returns'))
  await policy('claims', `update approval_rule set tier = 'A0'`)
  await policy('tms', 'update approval_limit set limit_minor = 1000000000, confirm_up_to_minor = null')
  await policy(
    'tms',
    `insert into approval_limit (tool, account, limit_minor, currency) values ('resolve_exception', '*', 1000000000, 'USD')`,
  )
}

/** Where the table itself asks for a second person. */
const neverAlone = ['advance_refund']

function ruleFor(domain: 'oms' | 'payments' | 'rma', column: 'account' | 'kind', value: string): string {
  const names = writeTools
    .filter((one) => one.domain === domain && one.tool.approval && !neverAlone.includes(one.tool.name))
    .map(({ tool }) => `('${tool.name}')`)
  return `insert into approval_rule (tool, ${column}, tier)
    select name, '${value}', 'A0' from (values ${names.join()}) as tool (name)`
}
