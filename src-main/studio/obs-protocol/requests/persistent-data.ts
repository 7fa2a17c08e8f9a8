import type { StateStore } from '../../control/state-store.ts'
import { RequestFault } from '../reading/request-fault.ts'

const realms = ['OBS_WEBSOCKET_DATA_REALM_GLOBAL', 'OBS_WEBSOCKET_DATA_REALM_PROFILE']
const key = 'obs-protocol data'
const maxSlots = 500
/** Of one value, and of all of them together, characters of JSON. */
const maxValue = 64 * 1024
const maxTotal = 1024 * 1024

/** What clients keep here for themselves, by realm and slot. */
export function persistentData(store: StateStore): {
  /** Null where nothing was kept. */
  get(realm: string, slot: string): unknown
  /** Throws RequestFault where it is too much. */
  set(realm: string, slot: string, value: unknown): void
} {
  const values = new Map(Object.entries((store.get(key) as Readonly<Record<string, unknown>> | undefined) ?? {}))
  const placeOf = (realm: string, slot: string): string => {
    if (!realms.includes(realm)) throw new RequestFault('resourceNotFound', 'You have specified an invalid persistent data realm.')
    if (slot.length > 200) throw new RequestFault('requestFieldOutOfRange', 'A slot name has 200 characters at most.')
    return `${realm}/${slot}`
  }
  return {
    get: (realm, slot) => values.get(placeOf(realm, slot)) ?? null,
    set(realm, slot, value) {
      const place = placeOf(realm, slot)
      const text = JSON.stringify(value ?? null)
      values.set(place, value ?? null)
      const kept = JSON.stringify([...values])
      if (text.length > maxValue || values.size > maxSlots || kept.length > maxTotal) {
        throw new RequestFault('notEnoughResources', 'Clients keep too much here: 64 KB in a slot, 500 slots, 1 MB in all.')
      }
      store.set(key, Object.fromEntries(values))
    },
  }
}
