// The cart of a customer: what is in it and what it comes to. It is changed and bought in the conversation, not here.

showResults(async (cart, line) => {
  if (!Array.isArray(cart.items)) return [part('p', line)]
  if (cart.items.length === 0) return [part('h1', 'Your cart is empty')]
  const price = (amount_minor) => money({ amount_minor, currency: cart.currency })
  const rows = cart.items.map(({ name, quantity, line_total_minor }) => [name, quantity, price(line_total_minor)])
  const notices = [...(cart.notices ?? []), ...(cart.stock_warnings ?? [])]
  return [
    part('h1', 'Your cart'),
    table(['Product', 'Units', 'Price'], rows),
    ...(cart.discount_minor > 0
      ? [part('p', `Discount ${cart.coupon?.code ?? ''} ${price(-cart.discount_minor)}`)]
      : []),
    part('p', [part('strong', price(cart.total_minor)), ' before shipping and tax']),
    ...notices.map((notice) => part('p', notice, { class: 'soft' })),
  ]
})
