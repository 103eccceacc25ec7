import { viewPage } from '@backroom/mcp-service'

export const CART_VIEW = 'ui://catshop/cart'
export const ORDER_VIEW = 'ui://catshop/order'

const scriptOf = (name: string) => new URL(`../../views/${name}.js`, import.meta.url)

export const cartView = viewPage({
  uri: CART_VIEW,
  name: 'cart-view',
  title: 'Your cart',
  description: 'Shows the cart beside the conversation.',
  scope: 'catshop:read',
  script: scriptOf('cart'),
})

export const orderView = viewPage({
  uri: ORDER_VIEW,
  name: 'order-view',
  title: 'Your order',
  description: 'Shows an order beside the conversation.',
  scope: 'catshop:read',
  script: scriptOf('order'),
})
