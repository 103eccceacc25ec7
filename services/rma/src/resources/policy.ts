import { defineResource } from '../define.ts'
import { reasonCodes } from '../reason-code.ts'
import { policiesOf, policyRegions } from '../return-policy.ts'
import { policyShape } from '../rma-view.ts'

export const policy = defineResource({
  name: 'policy',
  title: 'Return policy',
  description:
    'The return policies that can hold in a region (`all` for those that hold everywhere), the most particular first in force, and the codes of reasons.',
  uri: 'returns://policy/{region}',
  scope: 'rma:read',
  complete: { region: async (typed, { db }) => (await policyRegions(db)).filter((name) => name.startsWith(typed)) },
  read: async ({ region = 'all' }, { db }) => ({
    region,
    policies: (await policiesOf(db, region)).map(policyShape),
    reasons: (await reasonCodes(db)).map(({ code, title, fault }) => ({ code, title, fault })),
  }),
})
