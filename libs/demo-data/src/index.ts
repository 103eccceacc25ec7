export { type DemoAddress, type DemoCustomer, demoCustomers } from './customers.ts'
export { type DemoProduct, demoProducts } from './products.ts'
export { type SeededRandom, seededRandom } from './seeded-random.ts'
