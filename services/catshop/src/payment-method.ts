import { BusinessError } from '@backroom/mcp-service'
import type { PaymentMethod } from './customer.ts'

/**
 * The method that a purchase is paid by.
 *
 * @param asked token, or undefined for the account's default
 * @throws {BusinessError} `invalid_argument`, naming the methods that this account can pay by
 */
export function paymentMethodOf(methods: readonly PaymentMethod[], asked: string | undefined): string {
  const [usual] = methods
  const chosen = asked === undefined || asked === 'default' ? usual : methods.find(({ token }) => token === asked)
  if (chosen) return chosen.token
  if (!usual)
    throw new BusinessError('invalid_argument', 'The account has no payment method. Add one to the account first.')
  throw new BusinessError(
    'invalid_argument',
    `The account has no payment method ${asked}. Set payment_method to one of ${methods.map(({ token }) => token).join(', ')}.`,
    { details: { payment_methods: methods } },
  )
}
