/** A postal address as the shop stores it. */
export interface DemoAddress {
  name: string
  line1: string
  city: string
  region: string
  postal_code: string
  country: string
}

/** A person of the demo; signs in as `username` or `email` with the published demo password. */
export interface DemoCustomer {
  /** `cust-001` … `cust-010`. */
  customerId: string
  username: string
  email: string
  name: string
  address: DemoAddress
  /** How the default payment method is shown to its owner. */
  paymentMethod: string
}

type CustomerRow = [name: string, line1: string, city: string, region: string, postalCode: string, payment: string]

const rows: CustomerRow[] = [
  ['Ada Whitfield', '14 Larkspur Lane', 'Portland', 'OR', '97214', 'Visa ending in 4242'],
  ['Bruno Castellano', '208 Mill Street, Apt 3', 'Austin', 'TX', '78704', 'Mastercard ending in 4444'],
  ['Chidi Okafor', '77 Harbor View Road', 'Baltimore', 'MD', '21231', 'Visa ending in 1881'],
  ['Dana Petrova', '512 Orchard Avenue', 'Madison', 'WI', '53703', 'Amex ending in 0005'],
  ['Emil Sørensen', '9 Juniper Court', 'Minneapolis', 'MN', '55408', 'Visa ending in 0341'],
  ['Farah Haddad', '1330 Cedar Boulevard', 'Dearborn', 'MI', '48126', 'Mastercard ending in 5100'],
  ['Grace Lindqvist', '46 Old Ferry Road', 'Seattle', 'WA', '98107', 'Visa ending in 9019'],
  ['Hiro Tanabe', '2215 Sunset Terrace', 'San Jose', 'CA', '95126', 'Discover ending in 1117'],
  ['Imani Brooks', '830 Peachtree Walk', 'Atlanta', 'GA', '30309', 'Visa ending in 7720'],
  ['Jonas Keller', '61 Prospect Street', 'Cincinnati', 'OH', '45202', 'Mastercard ending in 2718'],
]

/** The ten demo accounts, `cust-001` (demo1) to `cust-010` (demo10). */
export const demoCustomers: readonly DemoCustomer[] = rows.map(
  ([name, line1, city, region, postal_code, paymentMethod], index) => {
    const number = index + 1
    return {
      customerId: `cust-${String(number).padStart(3, '0')}`,
      username: `demo${number}`,
      email: `demo${number}@example.com`,
      name,
      address: { name, line1, city, region, postal_code, country: 'US' },
      paymentMethod,
    }
  },
)
