import type { ReturnPolicy } from '../database-tables.ts'

/** What the demo's SKUs belong to. */
export const productCategories = [
  { sku_prefix: 'CAT-', category: 'Cats' },
  { sku_prefix: 'ELE-', category: 'Electronics' },
  { sku_prefix: 'HOM-', category: 'Home' },
  { sku_prefix: 'KIT-', category: 'Kitchen' },
  { sku_prefix: 'OUT-', category: 'Outdoors' },
  { sku_prefix: 'TOY-', category: 'Toys' },
  { sku_prefix: 'BOK-', category: 'Books' },
  { sku_prefix: 'PET-', category: 'Pet supplies' },
]

const usual: Omit<ReturnPolicy, 'id'> = {
  region: '*',
  category: '*',
  window_days: 30,
  final_sale: false,
  restocking_bp: 0,
  free_label: true,
  label_cost_minor: 799,
  currency: 'USD',
  returnless_below_minor: 1_000,
  evidence_required: false,
  auto_approve: true,
  auto_approve_below_minor: 15_000,
  ship_within_days: 21,
  version: 1,
}

/** Policies by category, one of them stricter in a region. */
export const demoPolicies: ReturnPolicy[] = [
  { ...usual, id: 'electronics', category: 'Electronics', restocking_bp: 1_500, returnless_below_minor: 0 },
  { ...usual, id: 'electronics-west', category: 'Electronics', region: 'west', restocking_bp: 1_000, window_days: 45 },
  { ...usual, id: 'home', category: 'Home', free_label: false },
  { ...usual, id: 'kitchen', category: 'Kitchen' },
  { ...usual, id: 'outdoors', category: 'Outdoors', window_days: 60 },
  { ...usual, id: 'toys', category: 'Toys', returnless_below_minor: 1_500 },
  { ...usual, id: 'books', category: 'Books', window_days: 14 },
  { ...usual, id: 'pet-supplies', category: 'Pet supplies', evidence_required: true, returnless_below_minor: 2_000 },
  { ...usual, id: 'cats', category: 'Cats', final_sale: true, auto_approve: false, returnless_below_minor: 0 },
]
