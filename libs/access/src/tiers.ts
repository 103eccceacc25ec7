/**
 * Who must say yes. A0: nobody. A1: the requester confirms. A2: one other person with the permission to approve. A3:
 * two such persons.
 */
export const tiers = ['A0', 'A1', 'A2', 'A3'] as const
export type Tier = (typeof tiers)[number]
