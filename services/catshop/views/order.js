// An order of a customer: where it stands and what is in it. A payment that the bank wants confirmed is confirmed at the bank.

const words = (status) => status.replaceAll('_', ' ')

showResults(async (order, line) => {
  if (order.status === 'requires_action')
    return [part('h1', 'Your bank asks you to confirm the payment'), ...linkIfAny(order.action_url)]
  if (!order.number) return [part('p', line)]
  const price = (amount_minor) => money({ amount_minor, currency: order.currency })
  return [
    part('h1', `Order ${order.number}`),
    part('p', `${words(order.status)}, ${words(order.fulfillment_status)}`, { class: 'soft' }),
    table(['Product', 'Units', 'Price'], linesOf(order, price)),
    part('p', part('strong', price(order.total_minor))),
    part('p', `Placed ${new Date(order.placed_at).toLocaleString()}`, { class: 'soft' }),
  ]
})

function linesOf({ items, line_items }, price) {
  if (items) return items.map(({ name, quantity, paid_minor }) => [name, quantity, price(paid_minor)])
  return (line_items ?? []).map(({ item, quantity }) => [
    item.title,
    quantity.total,
    price(item.price * quantity.total),
  ])
}

function linkIfAny(url) {
  return url ? [linkTo('Go to the bank', url)] : []
}
