/** State sales tax, without county and city, where the demo customers live; in hundred-thousandths. */
const rates = {
  CA: 7_250,
  GA: 4_000,
  MD: 6_000,
  MI: 6_000,
  MN: 6_875,
  OH: 5_750,
  OR: 0,
  TX: 6_250,
  WA: 6_500,
  WI: 5_000,
}

/** Sales tax by destination. A destination without a row is not taxed. */
export const demoTaxRates = Object.entries(rates).map(([region, rate]) => ({ country: 'US', region, rate }))
