/** What every server has beside its domain's own tools: three for approvals, two for auditors. */
const toolsOfEveryServer = new Set([
  'list_approvals',
  'get_approval',
  'cancel_approval',
  'search_audit',
  'verify_audit',
])

/** The tools of a list that the domain itself declares: what its design counts and describes. */
export function ownTools<Tool extends { name: string }>(tools: readonly Tool[]): Tool[] {
  return tools.filter(({ name }) => !toolsOfEveryServer.has(name))
}
