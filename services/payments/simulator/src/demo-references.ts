import type { DemoOrder } from '@backroom/demo-data'

/** How both books, the provider's and those of payments, name the payment of a demo order. */
export interface DemoReferences {
  authorizationRef: string
  /** Ids of payments' operations, which are the provider's keys. */
  authorizeId: string
  captureId: string
  voidId: string
}

/** The same names for the same demo order, wherever they are asked for. */
export function demoReferences({ paymentId }: Pick<DemoOrder, 'paymentId'>): DemoReferences {
  const [, suffix] = paymentId.split('_', 2)
  return {
    authorizationRef: `sim_${suffix}`,
    authorizeId: `aut_${suffix}`,
    captureId: `cap_${suffix}`,
    voidId: `vod_${suffix}`,
  }
}
