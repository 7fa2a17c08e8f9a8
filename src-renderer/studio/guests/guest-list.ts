import type { Item } from '../../../src-main/api/typed-api.ts'
import { Collection, useCollection } from '../../client/collection.ts'

export type Guest = Item<'/studio/guests'>

const guests = new Collection({
  path: '/studio/guests',
  updated: ['studio.guest.updated'],
  removed: ['studio.guest.removed'],
})

/** Guests who are invited, those who wait for somebody first. */
export function useGuests(): readonly Guest[] {
  const { items } = useCollection(guests)
  const rank: Readonly<Record<Guest['state'], number>> = { 'waiting': 0, 'on-air': 1, 'away': 2, 'invited': 3, 'expired': 4 }
  return Object.values(items).sort((one, other) => rank[one.state] - rank[other.state] || one.createdAt.localeCompare(other.createdAt))
}

/** Puts the answer to a request that is sent now into what is shown. */
export const keepGuest = guests.keep

/** As they call themselves, or as they were invited. */
export const nameOf = ({ name, label }: Guest): string => name ?? label
