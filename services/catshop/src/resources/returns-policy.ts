import { defineResource } from '../define.ts'
import { RETURN_DAYS } from '../return-view.ts'

export const returnsPolicyResource = defineResource({
  name: 'returns-policy',
  title: 'Returns policy',
  description: 'What can be returned, until when, and how.',
  uri: 'catshop://policies/returns',
  mimeType: 'text/markdown',
  scope: 'public',
  read: () => `# Returns

- An order can be cancelled free of charge until it ships (\`cancel_my_order\`).
- A delivered order, or some units of it, can be returned for ${RETURN_DAYS} days after delivery (\`initiate_return\`).
- No unit can be returned twice, and none that was not delivered to you.
- Ask first and send later: a request gets a number (RMA-…), and goods are sent back once it is authorised.
- What came damaged, wrong, late or not at all is a claim (\`file_claim\`), not a return.
- The refund covers what was paid for the returned units, with their share of discounts and tax.
`,
})
