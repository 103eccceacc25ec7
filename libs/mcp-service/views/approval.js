// A call that waits for a person: what it would change, and the way to the page where people decide. Nothing decides here.

const said = {
  pending: 'Waits for a person',
  executed: 'Approved and done',
  failed: 'Approved, but it could not be done',
  rejected: 'Rejected',
  expired: 'Nobody decided in time',
  superseded: 'What it would have changed has changed meanwhile',
  cancelled: 'Withdrawn',
}

showResults(async (result, line) => {
  const asked = result.status === 'pending_approval'
  const approval = asked ? await callTool('get_approval', { approval_id: result.approval_id }) : result
  if (approval?.approval_id && approval.summary_untrusted) return cardOf(approval)
  return asked
    ? [part('h1', 'Waits for a person'), part('p', result.message), linkTo('Open the page', result.approve_url)]
    : [part('p', line)]
})

function cardOf({ status, reason, amount, expires_at, approve_url, ...typed }) {
  const changes = typed.changes_untrusted
  const parts = [part('h1', typed.summary_untrusted), part('p', said[status] ?? status, { class: 'soft' })]
  if (amount) parts.push(part('p', part('strong', money(amount))))
  if (changes.length > 0)
    parts.push(
      table(
        ['', 'Before', 'After'],
        changes.map(({ what, before, after }) => [what, before, after]),
      ),
    )
  if (reason) parts.push(part('p', `Needs it because ${reason}.`))
  if (status === 'pending') {
    parts.push(part('p', `Until ${new Date(expires_at).toLocaleString()}`, { class: 'soft' }))
    parts.push(linkTo('Open the page where it is decided', approve_url))
  }
  return parts
}
